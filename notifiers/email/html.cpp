#include "notifiers/email/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "notifiers/html_escaped.h"

namespace tenggat::notify::email {
namespace {

struct Fact {
  std::string_view field, label;
};
constexpr std::array<Fact, 7> kFacts{{{"judul_izin", "Izin"},
                                      {"perihal", "Atas nama"},
                                      {"nomor", "Nomor permohonan"},
                                      {"nomor_sk", "Nomor izin"},
                                      {"nama_tahap", "Tahap"},
                                      {"tanggal_batas", "Batas waktu"},
                                      {"waktu_batas", "Batas waktu"}}};

std::string_view field(const Message& message, std::string_view name) {
  const std::size_t known = std::min(message.field_names.size(), message.fields.size());
  for (std::size_t i = 0; i < known; ++i) {
    if (message.field_names[i] == name) return message.fields[i];
  }
  return {};
}

// Where a web address starts at or after `from`, and its end; both at the text's end where none is.
struct Address {
  std::size_t from, to;
};
Address next_address(std::string_view text, std::size_t from) {
  const std::size_t at = std::min(text.find("https://", from), text.find("http://", from));
  if (at == std::string_view::npos) return {text.size(), text.size()};
  return {at, std::min(text.find_first_of(" \t\r\n<>\"", at), text.size())};
}

std::string linked(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Address address = next_address(text, at);
    out += html_escaped(text.substr(at, address.from - at));
    const std::string url = html_escaped(text.substr(address.from, address.to - address.from));
    if (!url.empty()) {
      out +=
          fmt::format("<a href=\"{0}\" style=\"color:#0b5cad;word-break:break-all\">{0}</a>", url);
    }
    at = address.to;
  }
  return out;
}

std::string paragraphs(std::string_view body) {
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) out += fmt::format("<p style=\"margin:0 0 16px\">{}</p>\r\n", linked(line));
    body.remove_prefix(std::min(body.size(), end + 1));
  }
  return out;
}

std::string facts(const Message& message) {
  std::string rows;
  for (const Fact& fact : kFacts) {
    const std::string_view value = field(message, fact.field);
    if (value.empty()) continue;
    std::string said = html_escaped(value);
    // A zone belongs to a time; "belum ditetapkan" is none.
    if (fact.label == "Batas waktu" && value.back() >= '0' && value.back() <= '9')
      said += " " + html_escaped(field(message, "zona"));
    rows += fmt::format(
        "<tr><td style=\"padding:6px 16px 6px 0;color:#5b6570;vertical-align:top\">{}</td>"
        "<td style=\"padding:6px 0;vertical-align:top\">{}</td></tr>\r\n",
        fact.label, said);
  }
  if (rows.empty()) return {};
  return fmt::format(
      "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;"
      "border-collapse:collapse;border-top:1px solid #d9dee3;border-bottom:1px solid #d9dee3;"
      "margin:0 0 20px\">\r\n{}</table>\r\n",
      rows);
}

std::string button(const Message& message) {
  std::string_view url = field(message, "tautan");
  if (url.empty()) {
    const Address first = next_address(message.body, 0);
    url = std::string_view(message.body).substr(first.from, first.to - first.from);
  }
  // An address of another scheme would be a script or a file in the reader's mail program.
  if (!url.starts_with("https://") && !url.starts_with("http://")) return {};
  const std::string_view label = message.text_id == "tautan_masuk" ? "Masuk" : "Buka";
  return fmt::format(
      "<p style=\"margin:0 0 8px\"><a href=\"{}\" style=\"display:inline-block;padding:12px 28px;"
      "background:#0b5cad;color:#ffffff;text-decoration:none;border-radius:6px\">{}</a></p>\r\n",
      html_escaped(url), label);
}

std::string shown(const Picture& qr_code, std::string_view receipt) {
  if (qr_code.id.empty()) return {};
  return fmt::format(
      "<p style=\"margin:20px 0 8px;color:#5b6570\"><a href=\"{0}\"><img src=\"cid:{1}\" "
      "alt=\"Kode QR tanda bukti\" width=\"{2}\" height=\"{2}\" style=\"display:block;border:0\">"
      "</a>Tanda bukti</p>\r\n",
      html_escaped(receipt), qr_code.id, qr_code.side);
}

}  // namespace

std::string_view receipt_link(const Message& message) {
  const std::string_view link = field(message, "tautan_bukti");
  return link.starts_with("https://") || link.starts_with("http://") ? link : std::string_view();
}

std::string html_part(const Message& message, const Picture& qr_code) {
  return fmt::format(
      "<!DOCTYPE html>\r\n<html lang=\"id\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>\r\n"
      "<body style=\"margin:0;padding:24px;background:#ffffff;color:#1b1f23;"
      "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\">\r\n"
      "<div style=\"max-width:560px;margin:0 auto\">\r\n{}{}{}{}</div>\r\n</body></html>\r\n",
      html_escaped(message.subject), paragraphs(message.body), facts(message), button(message),
      shown(qr_code, receipt_link(message)));
}

}  // namespace tenggat::notify::email
