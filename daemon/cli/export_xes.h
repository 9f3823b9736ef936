// An event log of the office for process mining: XES (IEEE 1849), a case a permit, and two events a
// visit, its start and its end.
#pragma once
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

namespace tenggat::cli {

class XesWriter {
 public:
  static std::string head();
  // Of a visit as store::kVisitsAsEvents has it; they come case by case.
  std::string visit(const boost::json::object& row);
  std::string end();

 private:
  std::string end_of_case() const;

  std::string of_case_;  // that is open
};

// As text of XML, in UTF-8; what XML cannot hold is a space.
std::string xml_escaped(std::string_view text);

}  // namespace tenggat::cli
