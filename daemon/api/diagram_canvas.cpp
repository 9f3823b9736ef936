#include "daemon/api/diagram_canvas.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rules/utf8.h"

namespace tenggat {
namespace {

constexpr int kCharacterTenths = 61;  // of the 11 px face, on the wide side

std::size_t fitting(int width) {
  return static_cast<std::size_t>(std::max(4, (width - 2 * kCellPadding) * 10 / kCharacterTenths));
}

// How many bytes of the word a line of so many characters takes.
std::size_t piece_of(std::string_view word, std::size_t characters) {
  if (characters_in(word) <= characters) return word.size();
  std::size_t end = 0, seen = 0, after_mark = 0;
  while (end < word.size() && seen < characters) {
    ++end;
    while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xC0) == 0x80) ++end;
    ++seen;
    if (word[end - 1] == '.' || word[end - 1] == '/' || word[end - 1] == '-') after_mark = end;
  }
  return after_mark > 0 ? after_mark : end;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

std::vector<std::string> lines_of(std::string_view text, int width) {
  const std::size_t fits = fitting(width);
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, piece_of(text.substr(0, space), fits));
    const bool whole = word.size() == space;
    text.remove_prefix(whole && space < text.size() ? space + 1 : word.size());
    if (!line.empty() && characters_in(line) + 1 + characters_in(word) > fits)
      lines.push_back(std::exchange(line, ""));
    if (!line.empty()) line += ' ';
    line += word;
    if (!whole) lines.push_back(std::exchange(line, ""));
  }
  if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

int width_of_words(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    longest = std::max(longest, characters_in(text.substr(0, space)));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return static_cast<int>(longest) * kCharacterTenths / 10 + 2 * kCellPadding + 1;
}

void Canvas::text(std::string_view style, int x, int y, std::string_view text, Anchor anchor) {
  constexpr std::string_view kAnchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
  body_ += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\"{}>{}</text>", style, x, y,
                       kAnchors[static_cast<int>(anchor)], escaped(text));
}

void Canvas::paragraph(std::string_view style, int left, int top, int width,
                       std::string_view text) {
  int y = top + kCellPadding + 11;
  for (const std::string& line : lines_of(text, width)) {
    this->text(style, left + kCellPadding, y, line);
    y += kLineHeight;
  }
}

void Canvas::centred(std::string_view style, int left, int width, int middle,
                     std::string_view text) {
  const std::vector<std::string> lines = lines_of(text, width);
  int y = middle - static_cast<int>(lines.size()) * kLineHeight / 2 + 11;
  for (const std::string& line : lines) {
    this->text(style, left + width / 2, y, line, Anchor::middle);
    y += kLineHeight;
  }
}

void Canvas::box(std::string_view style, int left, int top, int width, int height, int round) {
  body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{}/>", style,
                       left, top, width, height, round > 0 ? fmt::format(" rx=\"{}\"", round) : "");
}

void Canvas::path(std::string_view style, const std::string& d, bool arrow) {
  body_ += fmt::format("<path class=\"{}\" d=\"{}\"{}/>", style, d,
                       arrow ? " marker-end=\"url(#m)\"" : "");
}

void Canvas::begin(std::string_view name, std::string_view value) {
  body_ += fmt::format("<g data-{}=\"{}\">", name, escaped(value));
}

void Canvas::begin_enlarged(double times) {
  body_ += fmt::format("<g transform=\"scale({:.3f})\">", times);
}

void Canvas::diamond(int x, int y, int half_width, int half_height) {
  path("k",
       fmt::format("M{} {}l{} {}l-{} {}l-{} -{}z", x, y - half_height, half_width, half_height,
                   half_width, half_height, half_width, half_height),
       false);
}

int Canvas::half_of(std::string_view label) {
  return std::max(15, static_cast<int>(characters_in(label)) * 3 + 6);
}

void Canvas::pentagon(int x, int y, std::string_view label) {
  const int half = half_of(label);
  path("k", fmt::format("M{} {}h{}v13l-{} 8l-{} -8z", x - half, y - 11, 2 * half, half, half),
       false);
  text("t", x, y + 2, label, Anchor::middle);
}

void Canvas::capsule(int x, int y, std::string_view label) {
  box("k", x - kCapsule, y - 11, 2 * kCapsule, 22, 11);
  text("t", x, y + 4, label, Anchor::middle);
}

}  // namespace tenggat
