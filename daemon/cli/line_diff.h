// Two texts, line by line, as `diff -u` shows them.
#pragma once
#include <string>
#include <string_view>

namespace tenggat::cli {

// Hunks with three lines around each change; empty where the texts have the same lines. Control
// bytes but line ends are shown as blanks.
std::string line_diff(std::string_view before, std::string_view after);

}  // namespace tenggat::cli
