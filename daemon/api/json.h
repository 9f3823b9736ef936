// JSON from outside: a strict parser, and a reader that names every fault of a body at once.
#pragma once
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/problem.h"
#include "daemon/http/problem_words.h"
#include "rules/time.h"

namespace tenggat::http {

struct JsonLimits {
  std::size_t bytes = 1024 * 1024;
  std::size_t depth = 32;     // nested arrays and objects
  std::size_t members = 256;  // of one object
};

struct JsonFault {
  Said message;  // says where: `duplicate key "role" in /applicant`
};
[[noreturn]] void throw_exception_from_error(const JsonFault& fault,
                                             const boost::source_location& where);

// RFC 8259 and nothing more. Refused besides: a repeated key at any depth, NUL (also as \u0000) in
// any string, invalid UTF-8, lone surrogates, a number outside the range of double, and over the
// limits.
boost::system::result<boost::json::value, JsonFault> parse_json(std::string_view text,
                                                                JsonLimits limits = {});

// One fault of a request body. `pointer` is a JSON pointer: "/documents/0/kind", "" for the whole.
struct FieldFault {
  std::string pointer;
  Said message;
};
using FieldFaults = std::vector<FieldFault>;
// A name within a pointer: RFC 6901's ~ and / are escaped.
std::string escaped_pointer_part(std::string_view name);
// [{"pointer":…,"message":…}]
boost::json::array to_json(const FieldFaults& faults, Language language);

struct ListLimits {
  std::size_t items;
  std::size_t length;  // of one text, in characters
};

// one: nothing hidden either (rules/utf8.h). many: tab, CR and LF are allowed; other control bytes
// never.
enum class Lines { one, many };

// Reads one JSON object field by field. Faults are appended to the list given, nothing throws: read
// everything, call refuse_unknown(), then look at the list. After a fault a required reader returns
// an empty value, an optional one nothing. JSON null is the same as absent. Lengths count
// characters (code points). Value and list must outlive the reader and those made from it.
//
//   FieldFaults faults;
//   JsonObject body(value, faults);
//   auto step = body.required_text("step", 64);
//   auto note = body.optional_text("note", 2000, Lines::many);
//   for (auto& document : body.optional_objects("documents", 50)) {
//     auto kind = document.required_text("kind", 64);
//     document.refuse_unknown();
//   }
//   body.refuse_unknown();
//   if (auto refusal = refuse_faults(request, faults)) co_return std::move(*refusal);
class JsonObject {
 public:
  JsonObject(const boost::json::value& value, FieldFaults& faults, std::string pointer = "");

  // A required text has at least one character that is not a space.
  std::string required_text(std::string_view name, std::size_t length, Lines lines = Lines::one);
  std::optional<std::string> optional_text(std::string_view name, std::size_t length,
                                           Lines lines = Lines::one);
  // One of a fixed set of words; the fault lists them.
  std::string required_word(std::string_view name, std::initializer_list<std::string_view> words);
  std::optional<std::string> optional_word(std::string_view name,
                                           std::initializer_list<std::string_view> words);
  bool required_bool(std::string_view name);
  std::optional<bool> optional_bool(std::string_view name);
  // A JSON number without fraction or exponent, in [low, high].
  std::int64_t required_integer(std::string_view name, std::int64_t low, std::int64_t high);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t low,
                                               std::int64_t high);
  // RFC 3339 with an offset (rules/calendar/calendar.h).
  Instant required_instant(std::string_view name);
  std::optional<Instant> optional_instant(std::string_view name);
  // After a fault the required form is an empty object whose own readers add no further faults.
  JsonObject required_object(std::string_view name);
  std::optional<JsonObject> optional_object(std::string_view name);
  // Arrays of objects and of texts; absent is empty. The required ones have at least one item.
  std::vector<JsonObject> required_objects(std::string_view name, std::size_t items);
  std::vector<JsonObject> optional_objects(std::string_view name, std::size_t items);
  std::vector<std::string> required_texts(std::string_view name, ListLimits limits);
  std::vector<std::string> optional_texts(std::string_view name, ListLimits limits);
  // For what has a schema of its own; counts as known. Null where absent.
  const boost::json::value* raw(std::string_view name);

  bool has(std::string_view name) const;  // present and not null; does not make it known
  // Adds a fault of the caller's own about one field ("" for this object).
  void fault(std::string_view name, Said message);
  // One fault for each member no reader has asked for. Call it last.
  void refuse_unknown();

 private:
  explicit JsonObject(FieldFaults& faults);  // the silent one
  const boost::json::value* find(std::string_view name, bool required);
  const boost::json::array* array(std::string_view name, std::size_t items, bool required);
  std::optional<std::string> text(std::string_view name, std::size_t length, Lines lines,
                                  bool required);
  std::optional<std::string> word(std::string_view name,
                                  std::initializer_list<std::string_view> words, bool required);
  std::optional<bool> boolean(std::string_view name, bool required);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high,
                                      bool required);
  std::optional<Instant> instant(std::string_view name, bool required);
  std::vector<JsonObject> objects(std::string_view name, std::size_t items, bool required);
  std::vector<std::string> texts(std::string_view name, ListLimits limits, bool required);
  std::string at(std::string_view name) const;

  const boost::json::object* object_ = nullptr;  // null after a fault: every reader is silent
  FieldFaults* faults_;
  std::string pointer_;
  std::vector<std::string> known_;
};

}  // namespace tenggat::http
