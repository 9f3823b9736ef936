#include "daemon/http/pdf_pages.h"

#include <algorithm>
#include <cctype>

namespace tenggat::http {
namespace {

constexpr std::string_view kObject = " obj", kType = "/Type", kPage = "/Page", kPacked = "/ObjStm";
constexpr std::size_t kEdge = 64;  // nothing that is looked for is longer
constexpr std::size_t kDigits = 10;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\0';
}

// "12 0" before " obj": 12; else 0.
int object_before(std::string_view text) {
  const auto digits_at_end = [&text] {
    std::size_t count = 0;
    while (count < std::min(text.size(), kDigits) && is_digit(text[text.size() - 1 - count]))
      ++count;
    return count;
  };
  const std::size_t generation = digits_at_end();
  text.remove_suffix(generation);
  if (generation == 0 || text.empty() || !is_space(text.back())) return 0;
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  const std::size_t number = digits_at_end();
  if (number == 0 || number == kDigits) return 0;
  return std::stoi(std::string(text.substr(text.size() - number)));
}

// "/Page" and nothing more of a name, after "/Type".
bool names_a_page(std::string_view after) {
  while (!after.empty() && is_space(after.front())) after.remove_prefix(1);
  if (!after.starts_with(kPage)) return false;
  after.remove_prefix(kPage.size());
  return !after.empty() && !is_letter(after.front()) && !is_digit(after.front());
}

}  // namespace

// What begins in [from, until).
void PdfPages::look(std::string_view window, std::size_t from, std::size_t until) {
  const auto next = [&](std::string_view wanted, std::size_t at) {
    return std::min(window.find(wanted, at), window.size());
  };
  if (next(kPacked, from) < until) packed_ = true;
  std::size_t object = next(kObject, from), type = next(kType, from);
  while (std::min(object, type) < until) {
    if (object < type) {
      if (const int number = object_before(window.substr(0, object))) object_ = number;
      object = next(kObject, object + 1);
    } else {
      if (names_a_page(window.substr(type + kType.size())) && pages_.size() <= kMost)
        pages_.insert(object_);
      type = next(kType, type + 1);
    }
  }
}

void PdfPages::add(std::string_view bytes) {
  kept_ += bytes;
  if (kept_.size() < looked_ + 2 * kEdge) return;
  const std::size_t until = kept_.size() - kEdge;
  look(kept_, looked_, until);
  kept_.erase(0, until - kEdge);
  looked_ = kEdge;
}

std::optional<int> PdfPages::count() const {
  PdfPages whole = *this;
  whole.look(whole.kept_, whole.looked_, whole.kept_.size());
  if (whole.packed_ || whole.pages_.empty() || whole.pages_.size() > kMost) return std::nullopt;
  return static_cast<int>(whole.pages_.size());
}

}  // namespace tenggat::http
