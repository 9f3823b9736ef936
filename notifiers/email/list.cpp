#include "notifiers/email/list.h"

#include <fmt/format.h>

#include <algorithm>

namespace tenggat::notify::email {
namespace {

constexpr std::string_view kListField = "daftar";

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" .;");
  if (from == std::string_view::npos) return "";
  return std::string(text.substr(from));
}

std::string item_lines(const ListItem& item, std::size_t place, std::string_view responsible) {
  std::string said = fmt::format("{}. {}\n", place, item.title.empty() ? item.number : item.title);
  if (!item.title.empty()) said += fmt::format("   {} · {}\n", item.number, item.step);
  if (item.title.empty()) said += fmt::format("   {}\n", item.step);
  if (!item.state.empty()) said += fmt::format("   {}\n", item.state);
  if (!item.responsible.empty()) said += fmt::format("   {}: {}\n", responsible, item.responsible);
  if (!item.link.empty()) said += fmt::format("   {}\n", item.link);
  return said;
}

}  // namespace

AroundList around_list(const Message& message) {
  if (message.items.empty()) return {};
  const std::size_t known = std::min(message.field_names.size(), message.fields.size());
  for (std::size_t i = 0; i < known; ++i) {
    const std::string& value = message.fields[i];
    if (!message.field_names[i].starts_with(kListField) || value.empty()) continue;
    const auto at = message.body.find(value);
    if (at == std::string::npos) continue;
    return {true, message.body.substr(0, at),
            trimmed(std::string_view(message.body).substr(at + value.size()))};
  }
  return {};
}

std::string_view in_language(const Message& message, std::string_view indonesian,
                             std::string_view english) {
  return message.language == "en" ? english : indonesian;
}

namespace {

std::string said_by(const Message& message) {
  const AroundList around = around_list(message);
  if (!around.found) return message.body;
  std::string body = around.before + "\n";
  std::size_t place = 0;
  const std::string_view responsible = in_language(message, "Penanggung jawab", "In charge");
  for (const ListItem& item : message.items) body += "\n" + item_lines(item, ++place, responsible);
  return body + "\n" + around.after;
}

}  // namespace

std::string plain_body(const Message& message, const OfficeFoot& foot) {
  std::string body = said_by(message);
  if (foot.address.empty() && foot.phone.empty()) return body;
  body += "\n";
  if (!foot.address.empty()) body += "\n" + foot.address;
  if (!foot.phone.empty())
    body += fmt::format("\n{}: {}", in_language(message, "Telepon", "Phone"), foot.phone);
  return body;
}

}  // namespace tenggat::notify::email
