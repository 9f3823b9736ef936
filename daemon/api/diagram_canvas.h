// Shapes and texts of a diagram as SVG, and how a text is broken into lines.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tenggat {

// Pixels.
inline constexpr int kLineHeight = 14, kCellPadding = 5;

// Broken at spaces, a word that is too long for a line after a `.`, `/` or `-` or where it must be.
std::vector<std::string> lines_of(std::string_view text, int width);
// Of its longest word on one line.
int width_of_words(std::string_view text);

class Canvas {
 public:
  enum class Anchor { start, middle, end };

  void text(std::string_view style, int x, int y, std::string_view text,
            Anchor anchor = Anchor::start);
  // Lines from `top` on, below the padding.
  void paragraph(std::string_view style, int left, int top, int width, std::string_view text);
  void centred(std::string_view style, int left, int width, int middle, std::string_view text);
  void box(std::string_view style, int left, int top, int width, int height, int round = 0);
  void path(std::string_view style, const std::string& d, bool arrow);
  void begin(std::string_view name, std::string_view value);  // a group that tests can find
  void begin_enlarged(double times);
  void end() { body_ += "</g>"; }

  static constexpr int kCapsule = 27;          // half of its width
  static int half_of(std::string_view label);  // of a pentagon's

  // Around x and y.
  void diamond(int x, int y, int half_width, int half_height);
  void pentagon(int x, int y, std::string_view label);  // a connector to another page
  void capsule(int x, int y, std::string_view label);

  std::string take() { return std::move(body_); }

 private:
  std::string body_;
};

std::string escaped(std::string_view text);

}  // namespace tenggat
