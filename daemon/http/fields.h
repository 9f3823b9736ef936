// The named values of a request or an answer. They own their bytes and know no network, so that
// whatever reads a request's head can be tried apart from the server.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenggat::http {

// ASCII only, as HTTP names are.
bool equals_ignoring_case(std::string_view a, std::string_view b);

// Names are compared without regard to case (ASCII), order is kept, repeats are kept.
class Headers {
 public:
  void add(std::string name, std::string value);
  // Replaces every field of this name.
  void set(std::string_view name, std::string value);
  // The first field of this name; the view lives as long as this object is unchanged.
  std::optional<std::string_view> get(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

// The decoded query: `+` is a space, escapes are resolved, text is valid UTF-8 without NUL; other
// control bytes may be inside. Order and repeats are kept, so an API can refuse a repeat:
// `count("limit") > 1`.
class Query {
 public:
  void add(std::string name, std::string value);
  std::optional<std::string_view> get(std::string_view name) const;  // the first one
  std::size_t count(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& items() const { return items_; }

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace tenggat::http
