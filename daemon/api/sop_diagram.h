// An SOP as a picture in the form of the paper: actors as columns, steps as rows, the quality
// standard (mutu baku) beside them. Source: the office's form, PermenPANRB 35/2012.
#pragma once
#include <string>

#include "rules/sop/sop.h"

namespace tenggat {

// SVG 1.1 that needs nothing from outside, follows the reader's light or dark scheme, and is
// printed on F4 or A4, lying, a page after the other: first the identity page, where the SOP has
// one; rows are not cut, and pentagons say where an arrow goes on. Ovals: start and ends; diamonds:
// decisions; bars: what is opened at once, and joined; dashed: what cancels other branches; dotted:
// what goes beyond the office's text.
std::string sop_diagram(const Sop& sop);

// As people say a budget: "4 hari 1 jam 18 menit".
std::string budget_in_words(const Budget& budget);

}  // namespace tenggat
