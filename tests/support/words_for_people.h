// What no text for people may hold again: words that officials corrected, English, dates of
// machines, sentences that a field has broken.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tenggat::test {

enum class ReadBy { anybody, officer };

// What a browser shows of a page, and what it reads out: text and labels, without scripts, styles,
// code, quotations, and the addresses of files.
std::string words_of_page(std::string_view html);

// Each fault with the words around it; none: nothing is wrong with them.
std::vector<std::string> faults_in_words(std::string_view words, ReadBy reader = ReadBy::anybody);

}  // namespace tenggat::test
