// What `tenggat setup` asks, and what it was answered: at a terminal, or in a file.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/cli/command.h"

namespace tenggat::cli {

struct Question {
  std::string_view key;        // in a file of answers
  std::string_view asks;       // at a terminal
  std::string_view otherwise;  // the answer to nothing; empty, unless `may_be_empty`: one is needed
  bool may_be_empty = false;
  bool secret = false;  // not shown while it is typed, never shown as what there is
  std::string (*wrong)(std::string_view answer) = nullptr;  // a sentence; empty: it is well
};
const std::vector<Question>& setup_questions();

class Answers {
 public:
  const std::string& operator[](std::string_view key) const { return answers_.find(key)->second; }
  void set(std::string_view key, std::string answer) {
    answers_.insert_or_assign(std::string(key), std::move(answer));
  }

 private:
  std::map<std::string, std::string, std::less<>> answers_;
};

// What stands already: the answer to a question that is answered with nothing.
using Standing = std::function<std::string(std::string_view key)>;

// Of a file: `key: value` lines of YAML. All faults at once, as Refused.
Answers read_answers(const std::string& file, const Standing& standing);
// Asks one after the other until each is well. Throws Refused where the input ends before.
Answers ask(Terminal& terminal, const Standing& standing);

}  // namespace tenggat::cli
