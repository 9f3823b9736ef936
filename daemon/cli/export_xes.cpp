#include "daemon/cli/export_xes.h"

#include <fmt/format.h>

#include <boost/json/value.hpp>

namespace tenggat::cli {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& row, std::string_view key) {
  const json::value* value = row.if_contains(key);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

void attribute(std::string& xml, std::string_view indent, std::string_view type,
               std::string_view key, const std::string& value) {
  if (!value.empty())
    xml += fmt::format("{}<{} key=\"{}\" value=\"{}\"/>\n", indent, type, key, xml_escaped(value));
}

}  // namespace

std::string xml_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

std::string XesWriter::head() {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<log xes.version=\"1849.2016\" xes.features=\"nested-attributes\""
         " xmlns=\"http://www.xes-standard.org/\">\n"
         "  <extension name=\"Concept\" prefix=\"concept\""
         " uri=\"http://www.xes-standard.org/concept.xesext\"/>\n"
         "  <extension name=\"Time\" prefix=\"time\""
         " uri=\"http://www.xes-standard.org/time.xesext\"/>\n"
         "  <extension name=\"Lifecycle\" prefix=\"lifecycle\""
         " uri=\"http://www.xes-standard.org/lifecycle.xesext\"/>\n"
         "  <extension name=\"Organizational\" prefix=\"org\""
         " uri=\"http://www.xes-standard.org/org.xesext\"/>\n"
         "  <classifier name=\"Activity\" keys=\"concept:name\"/>\n"
         "  <string key=\"concept:name\" value=\"Tenggat\"/>\n";
}

std::string XesWriter::visit(const json::object& row) {
  std::string xml;
  const std::string number = text_of(row, "number");
  if (number != of_case_) {
    xml += end_of_case();
    of_case_ = number;
    xml += "  <trace>\n";
    attribute(xml, "    ", "string", "concept:name", number);
    for (const char* key : {"sop", "state", "outcome", "case_verdict"})
      attribute(xml, "    ", "string", fmt::format("tenggat:{}", key), text_of(row, key));
    for (const char* key : {"submitted_at", "case_due_at"})
      attribute(xml, "    ", "date", fmt::format("tenggat:{}", key), text_of(row, key));
  }
  const std::int64_t occurrence = row.at("occurrence").to_number<std::int64_t>();
  const auto event = [&](const char* transition, const std::string& at) {
    xml += "    <event>\n";
    attribute(xml, "      ", "string", "concept:name", text_of(row, "step"));
    attribute(xml, "      ", "string", "concept:instance",
              fmt::format("{}#{}", text_of(row, "step"), occurrence));
    attribute(xml, "      ", "string", "lifecycle:transition", transition);
    attribute(xml, "      ", "date", "time:timestamp", at);
    attribute(xml, "      ", "string", "org:resource", text_of(row, "by"));
    attribute(xml, "      ", "string", "org:role", text_of(row, "role"));
    attribute(xml, "      ", "string", "tenggat:step_name", text_of(row, "name"));
  };
  event("start", text_of(row, "opened_at"));
  xml += "    </event>\n";
  const std::string closed = text_of(row, "closed_at");
  if (closed.empty()) return xml;
  event("complete", closed);
  for (const char* key : {"action", "verdict"})
    attribute(xml, "      ", "string", fmt::format("tenggat:{}", key), text_of(row, key));
  attribute(xml, "      ", "date", "tenggat:due_at", text_of(row, "due_at"));
  attribute(xml, "      ", "int", "tenggat:working_seconds",
            std::to_string(row.at("elapsed").to_number<std::int64_t>()));
  return xml + "    </event>\n";
}

std::string XesWriter::end_of_case() const { return of_case_.empty() ? "" : "  </trace>\n"; }

std::string XesWriter::end() { return end_of_case() + "</log>\n"; }

}  // namespace tenggat::cli
