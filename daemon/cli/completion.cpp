// What bash completes: the words of a command, its options, and what an option takes where that is
// a file or one of a few words.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "daemon/cli/manual.h"

namespace tenggat::cli {
namespace {

using Words = std::set<std::string>;

// By what has been typed, "tenggat officer": what may come next.
std::map<std::string, Words> next_words(std::span<const Command> commands) {
  std::map<std::string, Words> next;
  for (const Command& command : commands) {
    std::string typed = "tenggat";
    std::string_view rest = command.path;
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find(' '));
      next[typed].emplace(word);
      typed += fmt::format(" {}", word);
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
  }
  return next;
}

bool names_a_path(std::string_view value) {
  return value.find("FILE") != std::string_view::npos ||
         value.find("DIR") != std::string_view::npos;
}

// "plh|plt": words to choose from. Lists of words in capitals stand for something.
bool names_words(std::string_view value) {
  return value.find('|') != std::string_view::npos &&
         std::ranges::none_of(value, [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string rows(const std::map<std::string, Words>& table) {
  std::string text;
  for (const auto& [typed, words] : table)
    text += fmt::format("    [\"{}\"]=\"{}\"\n", typed, fmt::join(words, " "));
  return text;
}

constexpr std::string_view kScript =
    R"(# What bash completes after `tenggat`; written by the program itself.
_tenggat() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} typed=tenggat word i
  local -A words=(
{})
  local -A options=(
{})
  local -A values=(
{})
  for ((i = 1; i < COMP_CWORD; ++i)); do
    word=${{COMP_WORDS[i]}}
    [[ " ${{words[$typed]:-}} " == *" $word "* ]] || break
    typed+=" $word"
  done
  COMPREPLY=()
  if [[ $before == --* && -n ${{values["$typed $before"]:-}} ]]; then
    if [[ ${{values["$typed $before"]}} == @path ]]; then
      compopt -o filenames 2>/dev/null || true
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
      mapfile -t COMPREPLY < <(compgen -W "${{values["$typed $before"]}}" -- "$current")
    fi
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${{options[$typed]:-}} --help" -- "$current")
  elif ((i == COMP_CWORD)) && [[ -n ${{words[$typed]:-}} ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${{words[$typed]}}" -- "$current")
  elif [[ -n ${{values["$typed"]:-}} ]]; then
    compopt -o filenames 2>/dev/null || true
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}}
complete -F _tenggat tenggat
)";

}  // namespace

std::string bash_completion(std::span<const Command> commands) {
  std::map<std::string, Words> options, values;
  for (const Command& command : commands) {
    const std::string typed = fmt::format("tenggat {}", command.path);
    for (const Option& option : command.options) {
      options[typed].insert(fmt::format("--{}", option.name));
      const std::string key = fmt::format("{} --{}", typed, option.name);
      if (names_a_path(option.value)) {
        values[key] = {"@path"};
      } else if (names_words(option.value)) {
        std::string choices(option.value);
        std::ranges::replace(choices, '|', ' ');
        values[key] = {choices};
      }
    }
    for (const Positional& argument : command.positional)
      if (names_a_path(argument.name)) values[typed] = {"@path"};
  }
  return fmt::format(kScript, rows(next_words(commands)), rows(options), rows(values));
}

}  // namespace tenggat::cli
