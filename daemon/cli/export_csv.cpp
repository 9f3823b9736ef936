#include "daemon/cli/export_csv.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace tenggat::cli {
namespace {

std::string cell(std::string text) {
  if (!text.empty() && std::string_view("=+@\t\r").find(text.front()) != std::string_view::npos)
    text.insert(text.begin(), '\'');
  if (text.find_first_of(";\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string shown(const boost::json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return cell(std::string(value.get_string()));
  return cell(boost::json::serialize(value));
}

}  // namespace

std::string csv_head(const boost::json::object& row) {
  std::string line;
  for (const auto& [key, value] : row) line += (line.empty() ? "" : ";") + cell(std::string(key));
  return line + "\r\n";
}

std::string csv_row(const boost::json::object& row) {
  std::string line;
  bool first = true;
  for (const auto& [key, value] : row) {
    if (!first) line += ';';
    first = false;
    line += shown(value);
  }
  return line + "\r\n";
}

}  // namespace tenggat::cli
