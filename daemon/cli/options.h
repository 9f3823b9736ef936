// Long options and positional arguments, as a command declares them.
#pragma once
#include <boost/system/result.hpp>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenggat::cli {

struct Option {
  enum class Count { optional, required, several };
  std::string_view name;   // without the dashes
  std::string_view value;  // what stands for the value in the help; empty: a flag
  std::string_view help;
  Count count = Count::optional;
};

struct Positional {
  std::string_view name;  // "PERMIT"
  bool required = true;
  bool several = false;  // takes all that follow, too; the last one only
};

// What a command line gave. Only declared names may be asked for.
class Given {
 public:
  bool has(std::string_view option) const;
  std::optional<std::string> text(std::string_view option) const;
  std::string text_or(std::string_view option, std::string_view otherwise) const;
  std::vector<std::string> all(std::string_view option) const;  // in the order given
  // The nth positional argument, counted from 0; nothing where it was left out.
  std::optional<std::string> argument(std::size_t n) const;
  std::vector<std::string> arguments() const { return arguments_; }

 private:
  friend boost::system::result<Given, std::string> parse_options(std::span<const Option>,
                                                                 std::span<const Positional>,
                                                                 std::span<const std::string>);
  std::map<std::string, std::vector<std::string>, std::less<>> options_;
  std::vector<std::string> arguments_;
};

// `--name value`, `--name=value`, flags, and `--` before arguments that begin with a dash. The
// error is a sentence. A value that begins with two dashes needs the form with `=`.
boost::system::result<Given, std::string> parse_options(std::span<const Option> options,
                                                        std::span<const Positional> positional,
                                                        std::span<const std::string> arguments);

}  // namespace tenggat::cli
