// The values of the configuration file: each as it may be written, or what would be right instead.
// Source: docs/reference.md, Configuration.
#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/base/config.h"
#include "daemon/base/network.h"

namespace tenggat {

// A sentence that says what is wrong with a value and what would be right.
struct Wrong {
  std::string sentence;
};

// What YamlValue::parsed() takes; boost's result cannot tell a text from a refusal that is a text.
template <class T>
class Parsed {
 public:
  using value_type = T;
  Parsed(T value) : value_(std::move(value)) {}
  Parsed(Wrong wrong) : wrong_(std::move(wrong.sentence)) {}
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  T* operator->() { return &*value_; }
  const std::string& error() const { return wrong_; }

 private:
  std::optional<T> value_;
  std::string wrong_;
};

Parsed<std::string> parse_line(std::string_view text);
Parsed<std::chrono::seconds> parse_duration(std::string_view text);
// "90d" or "10y", a year as 365.25 days; empty: for ever.
Parsed<std::optional<std::chrono::days>> parse_kept(std::string_view text);
Parsed<std::size_t> parse_size(std::string_view text);
Parsed<Endpoint> parse_endpoint(std::string_view text);
Parsed<std::string> parse_conninfo(std::string_view text);
Parsed<std::string> parse_optional_conninfo(std::string_view text);
// A schema of PostgreSQL that is an office's own.
Parsed<std::string> parse_schema(std::string_view text);
Parsed<std::string> parse_url(std::string_view text,
                              std::initializer_list<std::string_view> schemes);
bool is_file(std::string_view url);
Parsed<std::string> parse_channel_url(std::string_view text,
                                      std::initializer_list<std::string_view> schemes,
                                      const std::filesystem::path& beside);
Parsed<std::string> parse_public_url(std::string_view text);
// "Perizinan <izin@example.go.id>" or the address alone.
Parsed<std::string> parse_mailbox(std::string_view text);
Parsed<std::string> parse_optional_mailbox(std::string_view text);
bool is_mail(std::string_view recipient);
Parsed<std::string> parse_recipient(std::string_view text);
Parsed<std::string> parse_optional_address(std::string_view text);
Parsed<std::string> parse_version(std::string_view text);
Parsed<std::string> parse_name(std::string_view text);
Parsed<Network> parse_proxy(std::string_view text);
bool is_loopback(std::string_view url);

}  // namespace tenggat
