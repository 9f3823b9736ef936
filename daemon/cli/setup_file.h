// The files that `tenggat setup` changes: one value, and everything else as its writer left it.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tenggat::cli {

// Of YAML: the text at a key, "email.url"; nothing where it is not there or no text.
std::optional<std::string> value_in(const std::string& text, std::string_view key);

// `value` is YAML already, on one line: see in_quotes(). What stood there goes, a remark behind it
// stays; a key that is not there is added. Throws Refused where the key is written in a form that
// this does not change (a map on one line, a value over several).
std::string with_value(std::string text, std::string_view key, std::string_view value);
std::string in_quotes(std::string_view text);

// `jam_kerja` of a calendar, replaced by "senin-kamis 07:30-12:00 13:00-16:00; jumat 08:00-11:00".
// Throws Refused where the hours are not in this form.
std::string with_hours(const std::string& calendar, const std::string& hours);

// Lines between two marks of ours at the head of a file, put in place of those that stand there.
std::string with_block(const std::string& text, const std::string& lines);

std::string read_file(const std::filesystem::path& file);  // "" where there is none
struct FileOwner {
  mode_t mode;
  uid_t user = 0;
  gid_t group = 0;
};
// Whole or not at all, with the mode and owner it has, or as `new_file` says. False: it held that
// already. Throws std::system_error.
bool replace_file(const std::filesystem::path& file, const std::string& text, FileOwner new_file);

// A program, run to its end; its input is given, what it says is kept together.
struct Ended {
  int code = -1;
  std::string said;
};
Ended run_program(const std::vector<std::string>& arguments, std::string_view input = "");

}  // namespace tenggat::cli
