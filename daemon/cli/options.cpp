#include "daemon/cli/options.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenggat::cli {

bool Given::has(std::string_view option) const { return options_.contains(option); }

std::optional<std::string> Given::text(std::string_view option) const {
  const auto found = options_.find(option);
  if (found == options_.end()) return std::nullopt;
  return found->second.front();
}

std::string Given::text_or(std::string_view option, std::string_view otherwise) const {
  return text(option).value_or(std::string(otherwise));
}

std::vector<std::string> Given::all(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::string> Given::argument(std::size_t n) const {
  if (n >= arguments_.size()) return std::nullopt;
  return arguments_[n];
}

boost::system::result<Given, std::string> parse_options(std::span<const Option> options,
                                                        std::span<const Positional> positional,
                                                        std::span<const std::string> arguments) {
  Given given;
  bool options_over = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (!options_over && word == "--") {
      options_over = true;
      continue;
    }
    if (options_over || !word.starts_with('-') || word == "-") {
      given.arguments_.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.starts_with("--")
                                 ? word.substr(2, equals == std::string::npos ? equals : equals - 2)
                                 : "";
    const auto option = std::ranges::find(options, name, &Option::name);
    if (option == options.end())
      return fmt::format("there is no option {}", word.substr(0, equals));
    auto& values = given.options_[name];
    if (!values.empty() && option->count != Option::Count::several)
      return fmt::format("--{} is given twice", name);
    if (option->value.empty()) {
      if (equals != std::string::npos) return fmt::format("--{} takes no value", name);
      values.emplace_back();
    } else if (equals != std::string::npos) {
      values.push_back(word.substr(equals + 1));
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      values.push_back(arguments[++i]);
    } else {
      return fmt::format("--{} needs a value, {}", name, option->value);
    }
  }
  for (const Option& option : options) {
    if (option.count == Option::Count::required && !given.has(option.name))
      return fmt::format("--{} {} is missing", option.name, option.value);
  }
  for (std::size_t i = given.arguments_.size(); i < positional.size(); ++i) {
    if (positional[i].required) return fmt::format("{} is missing", positional[i].name);
  }
  const bool open_ended = !positional.empty() && positional.back().several;
  if (given.arguments_.size() > positional.size() && !open_ended)
    return fmt::format("`{}` is one argument too many", given.arguments_[positional.size()]);
  return given;
}

}  // namespace tenggat::cli
