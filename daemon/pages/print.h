// Documents for paper: a file of its own that needs nothing from outside, on A4, in black ink with
// one accent. What it says is also said without colour.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pages/html.h"

namespace tenggat::pages {

struct PrintedPage {
  std::string office;  // the agency, in the head
  std::string title, subtitle;
  std::string footer;  // on every sheet, beside the page's number
  Html body;
};
// A whole HTML document.
std::string printed(const PrintedPage& page);

// Rows of (name, value).
Html facts(const std::vector<std::pair<std::string, Html>>& rows);

// --- plots: SVG with a title, values written beside their bars -----------------------------------

struct Bar {
  std::string name;
  double value = 0;   // of the axis's unit
  std::string words;  // what is written beside it
  double mark = 0;    // a line across it (a standard); 0: none
  bool emphasised = false;
};
// Horizontal bars, one under the other. Nothing where there are none.
Html bars(std::string_view title, const std::vector<Bar>& bars);

struct Group {
  std::string name;  // under it
  std::vector<double> values;
};
// Vertical bars in groups, the series named in a legend; values above them.
Html columns(std::string_view title, const std::vector<std::string>& series,
             const std::vector<Group>& groups);

}  // namespace tenggat::pages
