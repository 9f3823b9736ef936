// What makes a link open something: a link's secret is its seed, which the database holds, and a
// mark of the seed by a key, which it does not. So a copy of the database opens nothing.
// Source: docs/reference.md, Secrets.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenggat {

class LinkKeys {
 public:
  enum class Opens { tracking, sign_in };

  // The first marks; of all of them a mark is taken. Without one no link opens anything.
  explicit LinkKeys(std::vector<std::string> keys = {}) : keys_(std::move(keys)) {}

  // 64 hex digits: the seed (32) and the first key's mark. Without a key the same as unmarked().
  std::string secret(Opens what, std::string_view seed) const;
  // Of a secret that one of the keys has marked; else nothing. Takes as long whichever it is.
  std::optional<std::string> seed(Opens what, std::string_view secret) const;

  // An address that ends in "/lacak/" or "/masuk/" and unmarked(), with its mark; any other as it
  // is. What a person may have typed is not to be completed: seeds are known to whoever has a copy.
  std::string complete(std::string_view address) const;

  // As long as a secret, and opens nothing: what stands in the database for one.
  static std::string unmarked(std::string_view seed);

 private:
  std::vector<std::string> keys_;
};

// 32 hex digits.
bool is_seed(std::string_view text);

// What a new key is made of: 64 hex digits.
std::string new_link_key();

}  // namespace tenggat
