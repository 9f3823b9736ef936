// Strict reading of the YAML files people write. Every fault is collected with its line and column,
// and reading goes on with an empty value, so that one round shows them all.
//
// Stricter than yaml-cpp 0.7, which keeps duplicate keys, reads 010 as 8 and ignores `<<`:
// duplicate and unknown keys, `<<`, tags, a second document and control and hidden characters are
// refused; anchors and aliases work. A byte order mark is passed over. A scalar is text until one
// of the functions below reads it as something else.
//
// A YamlValue or YamlMap is a cheap handle into its YamlFile and must not outlive it. A value is
// absent where its key is, and where a fault has been recorded in its place; reading an absent
// value gives the empty answer and records nothing more.
#pragma once
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "rules/error.h"

namespace tenggat {

struct YamlNode;  // yaml.cpp
class YamlFile;
class YamlMap;
class YamlValue;
using YamlEntries = std::vector<std::pair<YamlValue, YamlValue>>;  // key, value

class YamlValue {
 public:
  YamlValue() = default;  // absent
  YamlValue(YamlFile& file, const YamlNode* node) : file_(&file), node_(node) {}

  bool present() const { return node_ != nullptr; }
  bool is_scalar() const;
  bool is_list() const;
  bool is_map() const;
  int line() const;    // 0 where absent
  int column() const;  // 0 where absent

  void fault(Said said) const;  // at this value; nothing where absent
  // In English alone: of what only operators write, the configuration.
  void fault(std::string for_operators) const { fault(Said(std::move(for_operators))); }
  Place place() const;

  // Each of these records a fault where the value is of another kind.
  std::string text() const;  // "" where absent
  std::string text_or(std::string_view fallback) const;
  std::optional<int> integer(int least, int most) const;  // decimal, no leading zeros
  bool flag_or(bool fallback) const;                      // true, false, ya, tidak
  std::vector<YamlValue> list() const;         // nothing written after the key is an empty list
  std::vector<YamlValue> list_or_one() const;  // `x` reads as `[x]`
  std::vector<std::string> texts() const;      // a list of texts
  YamlMap map(std::span<const std::string_view> known_keys) const;
  YamlMap map(std::initializer_list<std::string_view> known_keys) const;
  YamlEntries entries() const;  // a map whose keys are names of the author's choice, in file order

  // Reads the text with `parse`: string_view to a result<T, E>, whose error (a Said, or a text) is
  // the fault.
  template <class Parse>
  auto parsed(Parse&& parse) const {
    using T = typename std::invoke_result_t<Parse, std::string_view>::value_type;
    std::optional<T> read;
    if (!present() || !expect_scalar()) return read;
    auto result = std::invoke(std::forward<Parse>(parse), std::string_view(raw()));
    if (result) {
      read.emplace(std::move(*result));
    } else {
      fault(result.error());
    }
    return read;
  }

 private:
  bool expect_scalar() const;
  const std::string& raw() const;

  YamlFile* file_ = nullptr;
  const YamlNode* node_ = nullptr;
};

// A map with a known set of keys. Unknown keys were refused when it was made.
class YamlMap {
 public:
  YamlMap() = default;  // absent: every key is
  YamlMap(YamlValue whole, std::vector<std::pair<std::string, YamlValue>> values)
      : whole_(whole), values_(std::move(values)) {}

  bool present() const { return whole_.present(); }
  bool has(std::string_view key) const { return find(key).present(); }
  YamlValue find(std::string_view key) const;  // absent where the key is
  YamlValue at(std::string_view key) const;    // a missing key is a fault at the map

  std::string required_text(std::string_view key) const;  // a blank text is a fault, too
  std::optional<std::string> text(std::string_view key) const;
  void fault(Said said) const { whole_.fault(std::move(said)); }
  // At the key's value where the key is there, else at the map.
  void fault_at(std::string_view key, Said said) const;
  void fault_at(std::string_view key, std::string for_operators) const {
    fault_at(key, Said(std::move(for_operators)));
  }

 private:
  YamlValue whole_;
  std::vector<std::pair<std::string, YamlValue>> values_;
};

class YamlFile {
 public:
  static constexpr std::size_t kMostBytes = 1 << 20;
  static constexpr int kMostDepth = 32;
  static constexpr std::size_t kMostNodes = 100'000;  // counted as read, aliases as often as used

  explicit YamlFile(const SourceFile& source);
  ~YamlFile();
  YamlFile(const YamlFile&) = delete;
  YamlFile& operator=(const YamlFile&) = delete;

  const std::string& name() const { return name_; }
  YamlValue document();  // absent where the file is not YAML (the fault is recorded) or empty

  void fault(int line, int column, Said said);
  bool sound() const { return faults_.empty(); }
  Faults take_faults();  // in the order of the file

 private:
  void read(std::string_view text, bool accepted_before);

  std::string name_;
  Faults faults_;
  std::shared_ptr<const YamlNode> root_;
};

}  // namespace tenggat
