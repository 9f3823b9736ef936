// A struct as a JSON object of texts, by one list of its fields:
//
//   constexpr auto kPaused = std::tuple(always("step", &Paused::step),
//                                       maybe("until", &Paused::until));
//   json::object object = object_of(kPaused, paused, salt);
//   Paused paused = read_object<Paused>(kPaused, object);
//
// Reading throws std::runtime_error, in English, where a field is missing or is not what it must
// be; what the list does not name is passed over.
#pragma once
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "daemon/store/hash.h"
#include "rules/calendar/calendar.h"
#include "rules/permit/event.h"

namespace tenggat::store {

// --- Values. A personal one is written as its digest and read as that.

inline std::string text_of(const std::string& value, std::string_view) { return value; }
inline std::string text_of(std::integral auto value, std::string_view) {
  return std::to_string(value);
}
inline std::string text_of(Reason value, std::string_view) { return std::string(to_string(value)); }
inline std::string text_of(PermitState value, std::string_view) {
  return std::string(to_string(value));
}
inline std::string text_of(const Stamp& value, std::string_view) { return to_string(value); }
inline std::string text_of(const Personal& value, std::string_view salt) {
  return digest(salt, value.text);
}
template <class T>
std::string text_of(const std::optional<T>& value, std::string_view salt) {
  return text_of(*value, salt);
}

inline std::optional<std::string> parse(std::string_view text, const std::string&) {
  return std::string(text);
}
template <std::integral T>
std::optional<T> parse(std::string_view text, T) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                  : std::nullopt;
}
inline std::optional<Reason> parse(std::string_view text, Reason) { return parse_reason(text); }
inline std::optional<PermitState> parse(std::string_view text, PermitState) {
  return parse_permit_state(text);
}
inline std::optional<Stamp> parse(std::string_view text, const Stamp&) { return parse_stamp(text); }
inline std::optional<Personal> parse(std::string_view text, const Personal&) {
  return Personal{std::string(text)};
}

// --- Fields

template <class O, class M>
struct Always {
  const char* name;
  M O::*at;
};
// Left out where it is empty.
template <class O, class M>
struct Maybe {
  const char* name;
  M O::*at;
};
// Left out where it is false.
template <class O>
struct Mark {
  const char *name, *word;
  bool O::*at;
};
// One field each, "document.1" and on; `name` ends with the full stop.
template <class O, class M>
struct Numbered {
  const char* name;
  std::vector<M> O::*at;
};

// One field each, by the name of what was given; what is personal under a prefix of its own.
template <class O>
struct Given {
  const char *name, *personal;
  std::vector<GivenField> O::*at;
};

template <class O, class M>
constexpr Always<O, M> always(const char* name, M O::*at) {
  return {name, at};
}
template <class O, class M>
constexpr Maybe<O, M> maybe(const char* name, M O::*at) {
  return {name, at};
}
template <class O>
constexpr Mark<O> mark(const char* name, const char* word, bool O::*at) {
  return {name, word, at};
}
template <class O, class M>
constexpr Numbered<O, M> numbered(const char* name, std::vector<M> O::*at) {
  return {name, at};
}

template <class O>
constexpr Given<O> given(const char* name, const char* personal, std::vector<GivenField> O::*at) {
  return {name, personal, at};
}

class Writing {
 public:
  explicit Writing(std::string_view salt) : salt_(salt) {}

  template <class... F>
  void all(const std::tuple<F...>& fields, const auto& from) {
    std::apply([&](const F&... field) { (put(field, from), ...); }, fields);
  }
  void set(std::string_view name, const auto& value) { object_[name] = text_of(value, salt_); }

  boost::json::object take() { return std::move(object_); }

 private:
  void put(const auto& field, const auto& from) { set(field.name, from.*field.at); }
  template <class O, class M>
  void put(const Maybe<O, M>& field, const O& from) {
    if (from.*field.at != M{}) set(field.name, from.*field.at);
  }
  template <class O>
  void put(const Mark<O>& field, const O& from) {
    if (from.*field.at) object_[field.name] = field.word;
  }
  template <class O, class M>
  void put(const Numbered<O, M>& field, const O& from) {
    int n = 0;
    for (const M& one : from.*field.at) set(fmt::format("{}{}", field.name, ++n), one);
  }

  template <class O>
  void put(const Given<O>& field, const O& from) {
    for (const GivenField& one : from.*field.at)
      std::visit(
          [&]<class T>(const T& value) {
            const char* prefix = std::is_same_v<T, Personal> ? field.personal : field.name;
            set(prefix + one.field, value);
          },
          one.value);
  }

  std::string_view salt_;
  boost::json::object object_;
};

class Reading {
 public:
  explicit Reading(const boost::json::object& object) : object_(object) {}

  template <class... F>
  void all(const std::tuple<F...>& fields, auto& to) const {
    std::apply([&](const F&... field) { (get(field, to), ...); }, fields);
  }
  // Whether there is one, which is then in `to`.
  template <class M>
  bool find(std::string_view name, M& to) const {
    const boost::json::value* found = object_.if_contains(name);
    if (!found) return false;
    if (!found->is_string()) refuse(name, "no text");
    auto value = parse(std::string_view(found->as_string()), to);
    if (!value) refuse(name, found->as_string());
    to = *std::move(value);
    return true;
  }
  template <class M>
  bool find(std::string_view name, std::optional<M>& to) const {
    M value{};
    if (find(name, value)) to = std::move(value);
    return to.has_value();
  }

 private:
  void get(const auto& field, auto& to) const {
    if (!find(field.name, to.*field.at))
      throw std::runtime_error(fmt::format("'{}' is missing", field.name));
  }
  template <class O, class M>
  void get(const Maybe<O, M>& field, O& to) const {
    find(field.name, to.*field.at);
  }
  template <class O>
  void get(const Mark<O>& field, O& to) const {
    std::string word;
    to.*field.at = find(field.name, word);
    if (to.*field.at && word != field.word) refuse(field.name, word);
  }
  template <class O, class M>
  void get(const Numbered<O, M>& field, O& to) const {
    M one;
    while (find(fmt::format("{}{}", field.name, (to.*field.at).size() + 1), one))
      (to.*field.at).push_back(one);
  }

  template <class O>
  void get(const Given<O>& field, O& to) const {
    for (const auto& [name, value] : object_) {
      GivenField one;
      std::string text;
      if (std::string_view(name).starts_with(field.name)) {
        one.field = std::string_view(name).substr(std::string_view(field.name).size());
        find(name, text);
        one.value = std::move(text);
      } else if (std::string_view(name).starts_with(field.personal)) {
        one.field = std::string_view(name).substr(std::string_view(field.personal).size());
        find(name, text);
        one.value = Personal{std::move(text)};
      } else {
        continue;
      }
      (to.*field.at).push_back(std::move(one));
    }
  }

  [[noreturn]] static void refuse(std::string_view name, std::string_view value) {
    throw std::runtime_error(fmt::format("'{}' is '{}'", name, value));
  }

  const boost::json::object& object_;
};

template <class... F, class T>
boost::json::object object_of(const std::tuple<F...>& fields, const T& from,
                              std::string_view salt = {}) {
  Writing writing(salt);
  writing.all(fields, from);
  return writing.take();
}

template <class T, class... F>
T read_object(const std::tuple<F...>& fields, const boost::json::object& object) {
  T to{};
  Reading(object).all(fields, to);
  return to;
}

}  // namespace tenggat::store
