// What the columns of an imported spreadsheet may be called, and the words in them.
// Source: docs/import.md.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/sop/sop.h"

namespace tenggat::cli {

// In small letters, without what people write differently: blanks, hyphens, full stops.
std::string folded(std::string_view text);

// A column that numbers the rows, which says nothing of them.
inline constexpr std::string_view kRunningNumber = "no";

// "submitted_at" of "Tanggal masuk"; "fields/luas_m2" of "isian.luas_m2"; empty: of none.
std::string key_of_heading(std::string_view heading);
std::string names_of_columns();                     // the keys, in their order
std::string other_names_of(std::string_view key);   // in Indonesian
std::string letters_of_column(std::size_t column);  // from 0: "A", "AB"

std::optional<PermitState> state_named(std::string_view text);
std::optional<Outcome> outcome_named(std::string_view text);

}  // namespace tenggat::cli
