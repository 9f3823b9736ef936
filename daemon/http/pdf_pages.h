// How many pages a PDF has, from its bytes as they pass; for people, who are told how much there is
// to read. Pure, holds no more than a few bytes of the file. Source: ISO 32000-1, 7.3.10
// and 7.7.3.3.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tenggat::http {

class PdfPages {
 public:
  void add(std::string_view bytes);
  // Of all that was added. Nothing where it cannot be told: the objects are packed (7.5.7), there
  // are none, or more than kMost. An object that an update brings again is one page.
  std::optional<int> count() const;
  static constexpr std::size_t kMost = 5000;

 private:
  void look(std::string_view window, std::size_t from, std::size_t until);

  std::string kept_;        // the end of what came: what stands at its edge is looked at again
  std::size_t looked_ = 0;  // so much of it was looked at
  std::set<int> pages_;     // by the numbers of their objects
  int object_ = 0;          // that the bytes are of
  bool packed_ = false;
};

}  // namespace tenggat::http
