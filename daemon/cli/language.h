// What officials read of the command line is said in Indonesian, or in English on request.
#pragma once
#include <iosfwd>

#include "daemon/cli/command.h"
#include "rules/error.h"

namespace tenggat::cli {

inline constexpr Option kLangOption{"lang", "LANG", "in `id` (unless LANG is en…) or `en`"};

// Indonesian unless --lang, or the locale of who asks, says English.
bool in_english(const Given& given, const Terminal& terminal);
// A line.
void write(std::ostream& to, const Said& said, bool english);

}  // namespace tenggat::cli
