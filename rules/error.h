// How a refusal travels. A refusal is an expected answer and is a value; an outage (database away,
// a bug) is an exception and never passes through these types.
//
// boost::system::result rather than std::expected: the project is of C++20, and std::expected of
// C++23.
#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <vector>

namespace tenggat {

// A text handed in for parsing. The core opens no files; `name` is what errors will call it.
struct SourceFile {
  std::string name;
  std::string text;
  // It was in force once, so permits live by it: it is read as it was then, and what is refused
  // only since is let pass.
  bool accepted_before = false;
};

// What a fault or a refusal says, to an official and to an operator.
struct Said {
  Said() = default;
  // What another's program says, and is not put into Indonesian.
  explicit Said(std::string both) : english(both), indonesian(std::move(both)) {}
  Said(std::string in_english, std::string in_indonesian)
      : english(std::move(in_english)), indonesian(std::move(in_indonesian)) {}

  std::string english, indonesian;
};

// Where something stands in a file a person wrote.
struct Place {
  std::string file;
  int line = 0, column = 0;
};

// One fault in a file a person wrote. Lines and columns count from 1; 0 means "the file as a
// whole".
struct Fault {
  std::string file;
  int line = 0;
  int column = 0;
  std::string message;          // names what is wrong and what would be right, in English
  std::string indonesian = {};  // the same; empty: as in English

  // "file:line:col: message", the form editors can jump to.
  std::string to_string() const;
  std::string in_indonesian() const;
  bool operator==(const Fault&) const = default;
};
using Faults = std::vector<Fault>;

// All faults at once, never just the first: an official mends a file in one round.
template <class T>
using Loaded = boost::system::result<T, Faults>;

// Required by boost::system::result::value(): reading the value of a failed load is a bug.
[[noreturn]] void throw_exception_from_error(const Faults& faults, const boost::source_location&);

}  // namespace tenggat
