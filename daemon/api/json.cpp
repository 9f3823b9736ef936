#include "daemon/api/json.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <stdexcept>

#include "rules/calendar/calendar.h"
#include "rules/utf8.h"

namespace tenggat::http {
namespace bj = boost::json;

std::string escaped_pointer_part(std::string_view name) {
  std::string part;
  for (const char c : name) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

namespace {

// Builds the value as Boost's own parser would, and keeps for every open object the keys seen so
// far.
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = 1024;
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit StrictHandler(std::size_t members) : members_(members) { stack_.reset(); }

  const std::optional<Said>& fault() const { return fault_; }
  bj::value release() { return stack_.release(); }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code&) {
    open_.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t n, bj::error_code&) {
    open_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(bj::error_code&) { return true; }
  bool on_array_end(std::size_t n, bj::error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(bj::string_view part, std::size_t, bj::error_code& ec) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return no_nul(part, ec);
  }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& ec) {
    key_.append(part.data(), part.size());
    stack_.push_key(part);
    if (!no_nul(part, ec)) return false;
    // Bounded by the limit of members, so a scan costs no more than a set and cannot be flooded.
    std::vector<std::string>& keys = open_.back();
    if (std::find(keys.begin(), keys.end(), key_) != keys.end()) {
      return refuse(say<Detail::duplicate_key>(key_and_its_place()), ec);
    }
    if (keys.size() == members_) {
      return refuse(say<Detail::too_many_members>(members_), ec);
    }
    keys.push_back(std::move(key_));
    key_.clear();
    return true;
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code& ec) {
    stack_.push_chars(part);
    return no_nul(part, ec);
  }
  bool on_string(bj::string_view part, std::size_t, bj::error_code& ec) {
    stack_.push_string(part);
    return no_nul(part, ec);
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t number, bj::string_view, bj::error_code&) {
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, bj::string_view, bj::error_code&) {
    stack_.push_uint64(number);
    return true;
  }
  bool on_double(double number, bj::string_view, bj::error_code& ec) {
    if (!std::isfinite(number)) return refuse(say<Detail::number_out_of_range>(), ec);
    stack_.push_double(number);
    return true;
  }
  bool on_bool(bool value, bj::error_code&) {
    stack_.push_bool(value);
    return true;
  }
  bool on_null(bj::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  // Any code will do to stop the parser: the text is in fault_.
  bool refuse(Said fault, bj::error_code& ec) {
    fault_ = std::move(fault);
    ec = bj::make_error_code(bj::error::exception);
    return false;
  }
  bool no_nul(bj::string_view part, bj::error_code& ec) {
    return part.find('\0') == bj::string_view::npos || refuse(say<Detail::nul>(), ec);
  }
  // Names the object by the keys that lead to it; positions in arrays are left out.
  std::string key_and_its_place() const {
    std::string key = '"' + key_ + '"';
    for (std::size_t i = 0; i + 1 < open_.size(); ++i) {
      key += (i == 0 ? " in /" : "/") + escaped_pointer_part(open_[i].back());
    }
    return key;
  }

  std::size_t members_;
  bj::value_stack stack_;
  std::vector<std::vector<std::string>> open_;  // keys of each object not yet closed
  std::string key_;
  std::optional<Said> fault_;
};

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

// Nothing where the text will do.
std::optional<Said> text_fault(std::string_view text, std::size_t length, Lines lines) {
  if (characters(text) > length) return say<Detail::too_many_characters>(length);
  if (lines == Lines::one) {
    const bool one_line = text.find_first_of("\n\t") == std::string_view::npos;
    if (one_line && !has_hidden_character(text)) return std::nullopt;
    return say<Detail::no_visible_line>();
  }
  for (const char c : text) {
    const bool line_byte = c == '\t' || c == '\r' || c == '\n';
    if (((c >= 0 && c < 0x20) || c == 0x7f) && !line_byte) return say<Detail::control_characters>();
  }
  return std::nullopt;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string_view view(const bj::string& text) { return {text.data(), text.size()}; }

}  // namespace

void throw_exception_from_error(const JsonFault& fault, const boost::source_location&) {
  throw std::logic_error("refused JSON taken for a value: " + fault.message.english);
}

boost::system::result<bj::value, JsonFault> parse_json(std::string_view text, JsonLimits limits) {
  if (text.size() > limits.bytes) {
    return JsonFault{say<Detail::document_too_large>(limits.bytes)};
  }
  bj::parse_options options;
  options.max_depth = limits.depth;
  bj::basic_parser<StrictHandler> parser(options, limits.members);
  bj::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (ec) {
    return JsonFault{parser.handler().fault().value_or(Said(ec.message()))};
  }
  if (read < text.size()) {
    return JsonFault{say<Detail::more_after_value>(read)};
  }
  return parser.handler().release();
}

bj::array to_json(const FieldFaults& faults, Language language) {
  bj::array list;
  for (const FieldFault& fault : faults) {
    list.push_back({{"pointer", fault.pointer}, {"message", in_language(language, fault.message)}});
  }
  return list;
}

JsonObject::JsonObject(const bj::value& value, FieldFaults& faults, std::string pointer)
    : object_(value.if_object()), faults_(&faults), pointer_(std::move(pointer)) {
  if (object_ == nullptr) faults_->push_back({pointer_, say<Detail::no_object>()});
}

JsonObject::JsonObject(FieldFaults& faults) : faults_(&faults) {}

std::string JsonObject::at(std::string_view name) const {
  return name.empty() ? pointer_ : pointer_ + '/' + escaped_pointer_part(name);
}

void JsonObject::fault(std::string_view name, Said message) {
  faults_->push_back({at(name), std::move(message)});
}

const bj::value* JsonObject::find(std::string_view name, bool required) {
  if (object_ == nullptr) return nullptr;
  known_.emplace_back(name);
  const bj::value* value = object_->if_contains(name);
  if (value != nullptr && !value->is_null()) return value;
  if (required) fault(name, say<Detail::required>());
  return nullptr;
}

bool JsonObject::has(std::string_view name) const {
  const bj::value* value = object_ == nullptr ? nullptr : object_->if_contains(name);
  return value != nullptr && !value->is_null();
}

const bj::value* JsonObject::raw(std::string_view name) { return find(name, false); }

std::optional<std::string> JsonObject::text(std::string_view name, std::size_t length, Lines lines,
                                            bool required) {
  const bj::value* value = find(name, required);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fault(name, say<Detail::no_text>());
    return std::nullopt;
  }
  const std::string_view text = view(value->get_string());
  std::optional<Said> wrong = text_fault(text, length, lines);
  if (!wrong && required && is_blank(text)) wrong = say<Detail::empty>();
  if (wrong) {
    fault(name, std::move(*wrong));
    return std::nullopt;
  }
  return std::string(text);
}

std::string JsonObject::required_text(std::string_view name, std::size_t length, Lines lines) {
  return text(name, length, lines, true).value_or("");
}

std::optional<std::string> JsonObject::optional_text(std::string_view name, std::size_t length,
                                                     Lines lines) {
  return text(name, length, lines, false);
}

std::optional<std::string> JsonObject::word(std::string_view name,
                                            std::initializer_list<std::string_view> words,
                                            bool required) {
  const bj::value* value = find(name, required);
  if (value == nullptr) return std::nullopt;
  if (const bj::string* text = value->if_string()) {
    if (std::find(words.begin(), words.end(), view(*text)) != words.end()) {
      return std::string(view(*text));
    }
  }
  fault(name, say<Detail::other_word>(fmt::join(words, ", ")));
  return std::nullopt;
}

std::string JsonObject::required_word(std::string_view name,
                                      std::initializer_list<std::string_view> words) {
  return word(name, words, true).value_or("");
}

std::optional<std::string> JsonObject::optional_word(
    std::string_view name, std::initializer_list<std::string_view> words) {
  return word(name, words, false);
}

std::optional<bool> JsonObject::boolean(std::string_view name, bool required) {
  const bj::value* value = find(name, required);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  fault(name, say<Detail::no_bool>());
  return std::nullopt;
}

bool JsonObject::required_bool(std::string_view name) {
  return boolean(name, true).value_or(false);
}

std::optional<bool> JsonObject::optional_bool(std::string_view name) {
  return boolean(name, false);
}

std::optional<std::int64_t> JsonObject::integer(std::string_view name, std::int64_t low,
                                                std::int64_t high, bool required) {
  const bj::value* value = find(name, required);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* number = value->if_int64();
  if (number != nullptr && *number >= low && *number <= high) return *number;
  fault(name, say<Detail::no_whole_number>(low, high));
  return std::nullopt;
}

std::int64_t JsonObject::required_integer(std::string_view name, std::int64_t low,
                                          std::int64_t high) {
  return integer(name, low, high, true).value_or(0);
}

std::optional<std::int64_t> JsonObject::optional_integer(std::string_view name, std::int64_t low,
                                                         std::int64_t high) {
  return integer(name, low, high, false);
}

std::optional<Instant> JsonObject::instant(std::string_view name, bool required) {
  const bj::value* value = find(name, required);
  if (value == nullptr) return std::nullopt;
  if (const bj::string* text = value->if_string()) {
    if (const std::optional<Instant> instant = parse_instant(view(*text))) {
      if (is_of_our_time(*instant)) return instant;
      fault(name, say<Detail::not_of_our_time>());
      return std::nullopt;
    }
  }
  fault(name, say<Detail::no_time>());
  return std::nullopt;
}

Instant JsonObject::required_instant(std::string_view name) {
  return instant(name, true).value_or(Instant{});
}

std::optional<Instant> JsonObject::optional_instant(std::string_view name) {
  return instant(name, false);
}

JsonObject JsonObject::required_object(std::string_view name) {
  const bj::value* value = find(name, true);
  return value == nullptr ? JsonObject(*faults_) : JsonObject(*value, *faults_, at(name));
}

std::optional<JsonObject> JsonObject::optional_object(std::string_view name) {
  const bj::value* value = find(name, false);
  if (value == nullptr) return std::nullopt;
  return JsonObject(*value, *faults_, at(name));
}

const bj::array* JsonObject::array(std::string_view name, std::size_t items, bool required) {
  const bj::value* value = find(name, required);
  if (value == nullptr) return nullptr;
  const bj::array* array = value->if_array();
  if (array == nullptr) {
    fault(name, say<Detail::no_array>());
    return nullptr;
  }
  if (required && array->empty()) fault(name, say<Detail::empty>());
  if (array->size() <= items) return array;
  fault(name, say<Detail::too_many_items>(items));
  return nullptr;
}

std::vector<JsonObject> JsonObject::objects(std::string_view name, std::size_t items,
                                            bool required) {
  std::vector<JsonObject> list;
  if (const bj::array* values = array(name, items, required)) {
    for (const bj::value& value : *values) {
      list.emplace_back(value, *faults_, at(name) + '/' + std::to_string(list.size()));
    }
  }
  return list;
}

std::vector<JsonObject> JsonObject::required_objects(std::string_view name, std::size_t items) {
  return objects(name, items, true);
}

std::vector<JsonObject> JsonObject::optional_objects(std::string_view name, std::size_t items) {
  return objects(name, items, false);
}

std::vector<std::string> JsonObject::texts(std::string_view name, ListLimits limits,
                                           bool required) {
  std::vector<std::string> list;
  const bj::array* values = array(name, limits.items, required);
  if (values == nullptr) return list;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const bj::string* text = (*values)[i].if_string();
    std::optional<Said> wrong = say<Detail::no_text>();
    if (text != nullptr) {
      wrong = is_blank(view(*text)) ? say<Detail::empty>()
                                    : text_fault(view(*text), limits.length, Lines::one);
    }
    if (wrong) {
      faults_->push_back({at(name) + '/' + std::to_string(i), std::move(*wrong)});
    } else {
      list.emplace_back(view(*text));
    }
  }
  return list;
}

std::vector<std::string> JsonObject::required_texts(std::string_view name, ListLimits limits) {
  return texts(name, limits, true);
}

std::vector<std::string> JsonObject::optional_texts(std::string_view name, ListLimits limits) {
  return texts(name, limits, false);
}

void JsonObject::refuse_unknown() {
  if (object_ == nullptr) return;
  for (const auto& member : *object_) {
    const std::string_view name{member.key().data(), member.key().size()};
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      faults_->push_back(
          {pointer_ + '/' + escaped_pointer_part(name), say<Detail::unknown_field>()});
    }
  }
}

}  // namespace tenggat::http
