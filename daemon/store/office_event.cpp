#include "daemon/store/office_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "daemon/store/hash.h"

namespace tenggat::store {
namespace {

namespace json = boost::json;

constexpr std::string_view kAbout = "about", kBefore = "before.", kAfter = "after.";

constexpr bool administrators = true, nobody = false;
constexpr struct {
  std::string_view word;
  bool tells_administrators;
} kKindWords[] = {
#define X(name, told) {#name, told},
    TENGGAT_OFFICE_KINDS(X)
#undef X
};
constexpr bool personal = true, plain = false;
constexpr struct {
  std::string_view word;
  bool is_personal;
} kValueWords[] = {
#define X(name, privacy) {#name, privacy},
    TENGGAT_OFFICE_VALUES(X)
#undef X
};

OfficeKind kind_of(std::string_view word) {
  for (const OfficeKind kind : kOfficeKinds)
    if (word_of(kind) == word) return kind;
  throw std::runtime_error("there is no such type");
}
OfficeValue value_of(std::string_view word) {
  for (const OfficeValue value : kOfficeValues)
    if (word_of(value) == word) return value;
  throw std::runtime_error(fmt::format("there is no value '{}'", word));
}

// The place of the change that a field is part of.
OfficeChange& change_of(OfficeEvent& event, OfficeValue value) {
  const auto found = std::ranges::find(event.changes, value, &OfficeChange::value);
  if (found != event.changes.end()) return *found;
  event.changes.push_back({value, "", ""});
  return event.changes.back();
}

void read_field(OfficeEvent& event, std::string_view name, const json::value& field) {
  if (!field.is_string()) throw std::runtime_error(fmt::format("'{}' is no text", name));
  std::string text(field.as_string());
  if (name == kAbout)
    event.about = std::move(text);
  else if (name.starts_with(kBefore))
    change_of(event, value_of(name.substr(kBefore.size()))).before = std::move(text);
  else if (name.starts_with(kAfter))
    change_of(event, value_of(name.substr(kAfter.size()))).after = std::move(text);
  else
    throw std::runtime_error(fmt::format("there is no field '{}'", name));
}

}  // namespace

std::string_view word_of(OfficeKind kind) {
  return kKindWords[static_cast<std::size_t>(kind)].word;
}
bool tells_administrators(OfficeKind kind) {
  return kKindWords[static_cast<std::size_t>(kind)].tells_administrators;
}
std::string_view word_of(OfficeValue value) {
  return kValueWords[static_cast<std::size_t>(value)].word;
}
bool is_personal(OfficeValue value) {
  return kValueWords[static_cast<std::size_t>(value)].is_personal;
}

void OfficeEvent::change(OfficeValue value, std::string before, std::string after) {
  if (before != after) changes.push_back({value, std::move(before), std::move(after)});
}

std::string fields_of(const OfficeEvent& event, std::string_view salt) {
  json::object fields{{kAbout, event.about}};
  for (const OfficeChange& change : event.changes) {
    const auto put = [&](std::string_view side, const std::string& text) {
      if (text.empty()) return;
      fields[fmt::format("{}{}", side, word_of(change.value))] =
          is_personal(change.value) ? digest(salt, text) : text;
    };
    put(kBefore, change.before);
    put(kAfter, change.after);
  }
  return json::serialize(fields);
}

OfficeEvent office_event_of(const StoredEvent& stored) {
  try {
    OfficeEvent event;
    event.kind = kind_of(stored.type);
    const json::value fields = json::parse(stored.fields_json);
    if (!fields.is_object()) throw std::runtime_error("its fields are no object");
    for (const auto& [name, field] : fields.as_object()) read_field(event, name, field);
    return event;
  } catch (const std::exception& why) {
    throw UnreadableEvent(fmt::format("event {} of the office ({}) cannot be read: {}",
                                      stored.event.sequence, stored.type, why.what()));
  }
}

}  // namespace tenggat::store
