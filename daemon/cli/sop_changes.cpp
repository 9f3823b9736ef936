#include "daemon/cli/sop_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "daemon/cli/check_words.h"
#include "daemon/cli/print.h"
#include "rules/yaml.h"

namespace tenggat::cli {
namespace {

using Named = std::vector<std::pair<std::string, YamlValue>>;

const YamlValue* find(const Named& all, const std::string& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == name; });
  return found == all.end() ? nullptr : &found->second;
}

Named parts_of(const YamlValue& map) {
  Named parts;
  for (const auto& [key, value] : map.entries()) parts.emplace_back(key.text(), value);
  return parts;
}

// Of a list whose entries have an id each, by these; else nothing.
Named by_id(const YamlValue& list) {
  Named parts;
  for (const YamlValue& item : list.list()) {
    if (!item.is_map()) return {};
    const Named keys = parts_of(item);
    const YamlValue* id = find(keys, "id");
    if (!id || !id->is_scalar()) return {};
    parts.emplace_back(id->text(), item);
  }
  return parts;
}

// As it could be written on one line.
std::string shown(const YamlValue& value) {
  std::vector<std::string> parts;
  if (value.is_list()) {
    for (const YamlValue& item : value.list()) parts.push_back(shown(item));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  if (!value.is_map()) return printable(value.is_scalar() ? value.text() : "");
  for (const auto& [name, part] : parts_of(value))
    parts.push_back(fmt::format("{}: {}", printable(name), shown(part)));
  return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

class Comparing {
 public:
  std::vector<Said> said;

  void compare(const std::string& where, const YamlValue& before, const YamlValue& after) {
    if (before.is_map() && after.is_map())
      return compare_parts(where, parts_of(before), parts_of(after));
    if (before.is_list() && after.is_list()) {
      const Named old = by_id(before), now = by_id(after);
      if (!old.empty() && !now.empty()) {
        compare_parts(where, old, now);
        compare_order(old, now);
        return;
      }
    }
    const std::string old = shown(before), now = shown(after);
    if (old != now)
      said.push_back(say<Says::part_changed>(where, or_nothing(old), or_nothing(now)));
  }

 private:
  static Said or_nothing(const std::string& text) {
    return text.empty() ? say<Says::nothing_before>() : Said(text);
  }

  // "langkah" and "verifikasi" are "langkah verifikasi"; then what of it.
  static std::string within(const std::string& where, const std::string& name) {
    if (where.empty()) return printable(name);
    const bool is_group = where.find(' ') == std::string::npos;
    return where + (is_group ? " " : ", ") + printable(name);
  }

  void compare_parts(const std::string& where, const Named& before, const Named& after) {
    for (const auto& [name, value] : before) {
      const YamlValue* now = find(after, name);
      if (now)
        compare(within(where, name), value, *now);
      else
        said.push_back(say<Says::part_gone>(within(where, name)));
    }
    for (const auto& [name, value] : after) {
      if (find(before, name)) continue;
      if (value.is_map())
        said.push_back(say<Says::part_added>(within(where, name)));
      else
        said.push_back(say<Says::part_changed>(within(where, name), say<Says::nothing_before>(),
                                               shown(value)));
    }
  }

  void compare_order(const Named& before, const Named& after) {
    const auto common = [](const Named& all, const Named& other) {
      std::vector<std::string> names;
      for (const auto& [name, value] : all)
        if (find(other, name)) names.push_back(name);
      return names;
    };
    if (common(before, after) != common(after, before))
      said.push_back(say<Says::steps_in_other_order>());
  }
};

}  // namespace

std::vector<Said> changes_between(const SourceFile& before, const SourceFile& after) {
  YamlFile old(before), now(after);
  Comparing comparing;
  comparing.compare("", old.document(), now.document());
  if (comparing.said.empty()) comparing.said.push_back(say<Says::only_comments>());
  return std::move(comparing.said);
}

}  // namespace tenggat::cli
