// Rows as a spreadsheet opens them: parted by semicolons, as LibreOffice and Excel take them in
// Indonesia.
#pragma once
#include <boost/json/object.hpp>
#include <string>

namespace tenggat::cli {

std::string csv_head(const boost::json::object& row);
// Never a cell that a spreadsheet would take for a formula.
std::string csv_row(const boost::json::object& row);

}  // namespace tenggat::cli
