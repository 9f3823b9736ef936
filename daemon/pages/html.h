// HTML that is escaped by construction. Markup comes from literals of the source alone, which is
// checked when it is compiled; whatever a program holds gets in as text, escaped. So no name, note
// or file title can ever become markup.
//
//   html("<p class=\"{}\">{}</p>", tone, permit.subject)   each {} in its order
//   html("<ul>{}</ul>", items)                             an Html goes in as it is
//
// A {} stands between tags or within a quoted attribute; an Html only between tags. Anything else
// does not compile. Between tags a text is set apart from the line it stands in (set_apart() of
// rules/utf8.h). An address in an attribute is checked by who makes it (see link_target()).
#pragma once
#include <array>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace tenggat::pages {

class Html {
 public:
  Html() = default;
  Html& operator+=(const Html& more) {
    bytes_ += more.bytes_;
    return *this;
  }
  bool empty() const { return bytes_.empty(); }
  const std::string& bytes() const { return bytes_; }

 private:
  friend class Writer;
  std::string bytes_;
};

// What may take the place of a {}.
class Piece {
 public:
  Piece(const Html& html) : text_(html.bytes()), markup_(true) {}  // NOLINT
  Piece(const std::string& text) : text_(text) {}                  // NOLINT
  Piece(std::string_view text) : text_(text) {}                    // NOLINT
  Piece(const char* text) : text_(text) {}                         // NOLINT
  template <std::integral Number>
  requires(!std::same_as<Number, bool> && !std::same_as<Number, char>)
      Piece(Number number)  // NOLINT
      : digits_(std::to_string(number)) {}

  std::string_view text() const { return digits_.empty() ? text_ : std::string_view(digits_); }
  bool markup() const { return markup_; }

 private:
  std::string_view text_;
  std::string digits_;
  bool markup_ = false;
};

// Reached only while compiling, where it is an error whose name says what is wrong.
void a_place_is_neither_between_tags_nor_in_quotes();
void html_stands_in_an_attribute();
void there_are_not_as_many_places_as_values();

// A literal of markup with a place for each of `Values`.
template <class... Values>
class Pattern {
 public:
  template <std::size_t N>
  consteval Pattern(const char (&literal)[N]) : text_(literal, N - 1) {  // NOLINT
    constexpr std::array<bool, sizeof...(Values) + 1> is_html{
        std::is_same_v<std::remove_cvref_t<Values>, Html>..., false};
    std::size_t places = 0;
    bool in_tag = false, in_quotes = false;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      const char c = text_[i];
      if (in_quotes) {
        if (c == '"') in_quotes = false;
      } else if (in_tag) {
        if (c == '"') in_quotes = true;
        if (c == '>') in_tag = false;
      } else if (c == '<') {
        in_tag = true;
      }
      if (c != '{' || i + 1 >= text_.size() || text_[i + 1] != '}') continue;
      if (in_tag && !in_quotes) a_place_is_neither_between_tags_nor_in_quotes();
      if (places >= sizeof...(Values)) there_are_not_as_many_places_as_values();
      if (in_quotes && is_html[places]) html_stands_in_an_attribute();
      ++places;
    }
    if (places != sizeof...(Values)) there_are_not_as_many_places_as_values();
  }
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

class Writer {
 public:
  static Html write(std::string_view pattern, const Piece* pieces);
};

template <class... Values>
Html html(Pattern<std::type_identity_t<Values>...> pattern, const Values&... values) {
  const std::array<Piece, sizeof...(Values) + 1> pieces{Piece(values)..., Piece("")};
  return Writer::write(pattern.text(), pieces.data());
}

// Text with its line breaks kept.
Html lines(std::string_view text);

}  // namespace tenggat::pages
