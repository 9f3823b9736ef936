#include "rules/permit/refusal.h"

#include <fmt/args.h>

#include <stdexcept>

namespace tenggat {

namespace {

std::string joined(const Missing& missing) {
  return fmt::format("{}", fmt::join(missing.names, ", "));
}

}  // namespace

Said Refusal::detail() const {
  const Words words = row_of(why).words;
  fmt::dynamic_format_arg_store<fmt::format_context> english, indonesian;
  const auto say_both = [&](const auto& argument) {
    english.push_back(argument);
    indonesian.push_back(argument);
  };
  for (const Argument& argument : arguments) {
    if (const auto* missing = std::get_if<Missing>(&argument)) {
      say_both(joined(*missing));
    } else if (const auto* number = std::get_if<std::int64_t>(&argument)) {
      say_both(*number);
    } else if (const auto* said = std::get_if<Said>(&argument)) {
      english.push_back(said->english);
      indonesian.push_back(said->indonesian);
    } else {
      say_both(std::get<std::string>(argument));
    }
  }
  return {fmt::vformat(words.english, english), fmt::vformat(words.indonesian, indonesian)};
}

std::vector<std::string> Refusal::missing() const {
  for (const Argument& argument : arguments)
    if (const auto* missing = std::get_if<Missing>(&argument)) return missing->names;
  return {};
}

void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
  throw std::logic_error(
      fmt::format("{}: {}", to_string(refusal.reason()), refusal.detail().english));
}

}  // namespace tenggat
