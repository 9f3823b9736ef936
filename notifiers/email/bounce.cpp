#include "notifiers/email/bounce.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "notifiers/message.h"
#include "rules/ascii.h"

namespace tenggat::notify::email {
namespace {

constexpr std::string_view kMark = "+m";
constexpr std::size_t kLongestStatus = 16;
constexpr int kDeepest = 4;  // multiparts within multiparts

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) { return tenggat::trimmed(text, " \t\r\n"); }

// Without its line end, which `text` loses, too.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Field {
  std::string name, value;  // the name in lower case; folded lines are joined by a blank
};
using Fields = std::vector<Field>;

// Up to the first empty line, which `text` loses with them.
Fields take_fields(std::string_view& text) {
  Fields fields;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if ((line.front() == ' ' || line.front() == '\t') && !fields.empty()) {
      fields.back().value += fmt::format(" {}", trimmed(line));
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    fields.push_back(
        {lowered(trimmed(line.substr(0, colon))), std::string(trimmed(line.substr(colon + 1)))});
  }
  return fields;
}

std::string_view value_of(const Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? std::string_view() : std::string_view(found->value);
}

// "multipart/report; boundary=\"a\"" -> "multipart/report"
std::string type_of(const Fields& fields) {
  const std::string_view value = value_of(fields, "content-type");
  return lowered(trimmed(value.substr(0, value.find(';'))));
}

std::string boundary_of(const Fields& fields) {
  constexpr std::string_view kName = "boundary=";
  const std::string_view value = value_of(fields, "content-type");
  const std::size_t at = lowered(value).find(kName);
  if (at == std::string::npos) return {};
  const std::string_view rest = value.substr(at + kName.size());
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(trimmed(rest.substr(0, rest.find_first_of("; \t"))));
}

// The address in "rfc822; a@b.example", "<a@b.example>" or "Name <a@b.example>".
std::string address_in(std::string_view text) {
  if (const auto semicolon = text.find(';'); semicolon != std::string_view::npos)
    text.remove_prefix(semicolon + 1);
  if (const auto open = text.rfind('<'); open != std::string_view::npos) {
    text.remove_prefix(open + 1);
    text = text.substr(0, text.find('>'));
  }
  return lowered(trimmed(text));
}

// Our id in a return path, or nothing.
std::string id_in_return_path(const std::string& address) {
  const std::size_t host = address.rfind('@');
  const std::size_t mark = address.substr(0, host).rfind(kMark);
  if (host == std::string::npos || mark == std::string::npos) return {};
  const std::string id = address.substr(mark + kMark.size(), host - mark - kMark.size());
  return std::ranges::all_of(id, is_digit) ? id : std::string();
}

// What was found of the report; the first of each counts.
struct Report {
  std::string id_of_return_path, id_of_message;
  std::string returned_to, reported_to;  // whom the mail was for
  bool failed = false;
  std::string status, diagnostic;
};

void keep(std::string& slot, std::string value) {
  if (slot.empty()) slot = std::move(value);
}

void read_returned(std::string_view text, Report& report) {
  const Fields fields = take_fields(text);
  keep(report.returned_to, address_in(value_of(fields, "to")));
  const std::string id = address_in(value_of(fields, "message-id"));
  const std::string own = id.substr(0, id.find('@'));
  if (std::ranges::all_of(own, is_digit)) keep(report.id_of_message, own);
}

// One group of fields for the whole, then one for each recipient.
void read_status(std::string_view text, Report& report) {
  while (!text.empty()) {
    const Fields fields = take_fields(text);
    if (report.failed || lowered(value_of(fields, "action")) != "failed") continue;
    report.failed = true;
    const std::string_view status = value_of(fields, "status");
    report.status = status.substr(0, std::min(status.find_first_of(" \t("), kLongestStatus));
    report.diagnostic = value_of(fields, "diagnostic-code");
    keep(report.reported_to, address_in(value_of(fields, "original-recipient")));
    keep(report.reported_to, address_in(value_of(fields, "final-recipient")));
  }
}

void read_part(std::string_view part, int depth, Report& report);

void read_parts(std::string_view text, const std::string& boundary, int depth, Report& report) {
  const std::string mark = "--" + boundary;
  std::size_t from = std::string_view::npos;
  for (std::string_view rest = text; !rest.empty();) {
    const auto at = static_cast<std::size_t>(rest.data() - text.data());
    const std::string_view line = take_line(rest);
    if (!line.starts_with(mark)) continue;
    if (from != std::string_view::npos) read_part(text.substr(from, at - from), depth, report);
    if (line.starts_with(mark + "--")) return;
    from = static_cast<std::size_t>(rest.data() - text.data());
  }
  // Cut off where it was too long.
  if (from != std::string_view::npos) read_part(text.substr(from), depth, report);
}

void read_part(std::string_view part, int depth, Report& report) {
  std::string_view body = part;
  const Fields fields = take_fields(body);
  const std::string type = type_of(fields);
  if (type.starts_with("multipart/")) {
    const std::string boundary = boundary_of(fields);
    if (!boundary.empty() && depth < kDeepest) read_parts(body, boundary, depth + 1, report);
  } else if (type == "message/delivery-status") {
    read_status(body, report);
  } else if (type == "message/rfc822" || type == "text/rfc822-headers") {
    read_returned(body, report);
  } else if (depth == 0 && !value_of(fields, "reporting-mta").empty()) {
    read_status(part, report);  // handed over without a header of its own
  }
}

std::string_view reason_of(std::string_view status) {
  if (status.starts_with("5.1.") || status == "5.2.1") return reason::bad_address;
  if (status == "5.2.2" || status == "4.2.2") return reason::mailbox_full;
  return status.starts_with("4.") ? reason::timeout : reason::rejected;
}

}  // namespace

std::string return_path_of(std::string_view address, std::string_view message_id) {
  const std::size_t host = address.rfind('@');
  if (message_id.empty() || !std::ranges::all_of(message_id, is_digit)) return std::string(address);
  return fmt::format("{}{}{}{}", address.substr(0, host), kMark, message_id, address.substr(host));
}

std::optional<Receipt> read_bounce(std::string_view mail, std::string_view recipient) {
  Report report;
  keep(report.id_of_return_path, id_in_return_path(address_in(recipient)));
  std::string_view head = mail;
  for (const Field& field : take_fields(head))
    for (const std::string_view name : {"x-original-to", "delivered-to", "to"})
      if (field.name == name)
        keep(report.id_of_return_path, id_in_return_path(address_in(field.value)));
  read_part(mail, 0, report);
  const std::string& id =
      report.id_of_return_path.empty() ? report.id_of_message : report.id_of_return_path;
  if (!report.failed || id.empty()) return std::nullopt;
  Receipt receipt;
  receipt.message = id;
  receipt.to = report.returned_to.empty() ? report.reported_to : report.returned_to;
  if (receipt.to.empty()) return std::nullopt;
  fail(receipt, reason_of(report.status),
       report.diagnostic.empty() ? report.status
                                 : fmt::format("{}: {}", report.status, report.diagnostic));
  return receipt;
}

}  // namespace tenggat::notify::email
