#include "notifiers/email/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "notifiers/email/list.h"
#include "notifiers/html_escaped.h"

namespace tenggat::notify::email {
namespace {

struct Fact {
  std::string_view field, label, english;
  bool is_limit = false;
};
constexpr std::array<Fact, 7> kFacts{{{"judul_izin", "Izin", "Permit"},
                                      {"perihal", "Atas nama", "On behalf of"},
                                      {"nomor", "Nomor permohonan", "Number of the application"},
                                      {"nomor_sk", "Nomor izin", "Number of the permit"},
                                      {"nama_tahap", "Tahap", "Step"},
                                      {"tanggal_batas", "Batas waktu", "Due", true},
                                      {"waktu_batas", "Batas waktu", "Due", true}}};

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

// The address that the button leads to stands in the sentence as words: once as text is enough.
std::string linked(std::string_view text, std::string_view of_button, std::string_view link) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Address address = next_address(text, at);
    out += html_escaped(text.substr(at, address.from - at));
    const std::string_view raw = text.substr(address.from, address.to - address.from);
    const std::string url = html_escaped(raw);
    if (url.empty()) break;
    const bool said = raw == of_button;
    out += fmt::format("<a class=\"t\" href=\"{}\" style=\"color:#0b5d68{}\">{}</a>", url,
                       said ? "" : ";word-break:break-all", said ? std::string(link) : url);
    at = address.to;
  }
  return out;
}

std::string paragraphs(const Message& message, std::string_view body, std::string_view of_button) {
  const std::string_view link = in_language(message, "tautan berikut", "the link below");
  std::string out;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find('\n'), body.size());
    std::string_view line = body.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty())
      out += fmt::format("<p style=\"margin:0 0 16px\">{}</p>\r\n", linked(line, of_button, link));
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
    if (fact.is_limit && value.back() >= '0' && value.back() <= '9')
      said += " " + html_escaped(field(message, "zona"));
    rows += fmt::format(
        "<tr><td style=\"padding:6px 16px 6px 0;color:#566472;vertical-align:top\" "
        "class=\"h\">{}</td>"
        "<td style=\"padding:6px 0;vertical-align:top\">{}</td></tr>\r\n",
        in_language(message, fact.label, fact.english), said);
  }
  if (rows.empty()) return {};
  return fmt::format(
      "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" style=\"width:100%;"
      "border-collapse:collapse;border-top:1px solid #d9e0e5;border-bottom:1px solid #d9e0e5;"
      "margin:0 0 20px\">\r\n{}</table>\r\n",
      rows);
}

bool is_web_address(std::string_view url) {
  // One of another scheme would be a script or a file in the reader's mail program.
  return url.starts_with("https://") || url.starts_with("http://");
}

// Where the message's own button leads.
std::string_view address_of_button(const Message& message) {
  std::string_view url = field(message, "tautan");
  if (url.empty()) {
    const Address first = next_address(message.body, 0);
    url = std::string_view(message.body).substr(first.from, first.to - first.from);
  }
  return is_web_address(url) ? url : std::string_view();
}

// As a button, and once as text for whose mail program shows none.
std::string button(std::string_view url, std::string_view label) {
  if (!is_web_address(url)) return {};
  return fmt::format(
      "<p style=\"margin:0 0 6px\"><a class=\"b\" href=\"{0}\" style=\"display:inline-block;"
      "padding:10px 20px;background:#0b5d68;color:#ffffff;text-decoration:none;font-weight:600;"
      "border-radius:8px\">{1}</a></p>\r\n"
      "<p class=\"h\" style=\"margin:0 0 "
      "8px;color:#566472;font-size:13px;word-break:break-all\">{0}"
      "</p>\r\n",
      html_escaped(url), html_escaped(label));
}

std::string_view label_of_button(const Message& message) {
  if (message.text_id == "tautan_masuk") return in_language(message, "Masuk", "Sign in");
  if (message.text_id == "daftar_eskalasi")
    return in_language(message, "Buka semua eskalasi", "Open all escalations");
  if (!message.items.empty()) return in_language(message, "Buka semua", "Open all");
  return field(message, "nomor").empty()
             ? in_language(message, "Buka", "Open")
             : in_language(message, "Buka permohonan", "Open the application");
}

std::string item_of_list(const Message& message, const ListItem& item) {
  const std::string title = html_escaped(item.title.empty() ? item.number : item.title);
  const std::string under =
      item.title.empty() ? item.step : fmt::format("{} · {}", item.number, item.step);
  std::string said = fmt::format(
      "<div class=\"l\" style=\"border-top:1px solid #d9e0e5;padding:16px 0 8px\">\r\n"
      "<p style=\"margin:0;font-size:17px;font-weight:600\">{}</p>\r\n"
      "<p class=\"h\" style=\"margin:0 0 6px;color:#566472\">{}</p>\r\n",
      title, html_escaped(under));
  if (!item.state.empty() && item.late)
    said += fmt::format(
        "<p class=\"s\" style=\"margin:0 0 6px;color:#a3201a;font-weight:600\">{}</p>\r\n",
        html_escaped(item.state));
  else if (!item.state.empty())
    said += fmt::format("<p style=\"margin:0 0 6px\">{}</p>\r\n", html_escaped(item.state));
  if (!item.responsible.empty())
    said += fmt::format("<p style=\"margin:0 0 10px\">{}: <strong>{}</strong></p>\r\n",
                        in_language(message, "Penanggung jawab", "In charge"),
                        html_escaped(item.responsible));
  const std::string open(in_language(message, "Buka ", "Open "));
  return said + button(item.link, open + (item.title.empty() ? item.number : item.title)) +
         "</div>\r\n";
}

// What the message says, with its list where it has one.
std::string said_by(const Message& message) {
  const std::string_view url = address_of_button(message);
  const AroundList around = around_list(message);
  if (!around.found) return paragraphs(message, message.body, url);
  std::string all = paragraphs(message, around.before, url);
  for (const ListItem& item : message.items) all += item_of_list(message, item);
  return all + "<div class=\"l\" style=\"border-top:1px solid #d9e0e5;padding:16px 0 0\">\r\n" +
         paragraphs(message, around.after, url) + "</div>\r\n";
}

std::string head_of(const Message& message) {
  const std::string_view office = field(message, "instansi");
  if (office.empty()) return {};
  return fmt::format(
      "<p class=\"k\" style=\"margin:0 0 20px;padding:0 0 14px;border-bottom:3px solid #0b5d68;"
      "color:#0b5d68;font-size:18px;font-weight:700\">{}</p>\r\n",
      html_escaped(office));
}

// Where the office is found, and what sent this.
std::string foot_of(const Message& message, const OfficeFoot& foot) {
  std::string said;
  if (!foot.address.empty()) said += html_escaped(foot.address) + "<br>";
  if (!foot.phone.empty())
    said += fmt::format("{} {}<br>", in_language(message, "Telepon", "Phone"),
                        html_escaped(foot.phone));
  return fmt::format(
      "<p class=\"h l\" style=\"margin:20px 0 0;padding:14px 0 0;border-top:1px solid #d9e0e5;"
      "color:#566472;font-size:13px\">{}{}</p>\r\n",
      said,
      in_language(message, "Surel otomatis dari sistem Tenggat",
                  "Sent automatically by the Tenggat system"));
}

std::string shown(const Message& message, const Picture& qr_code) {
  const std::string_view receipt = receipt_link(message);
  if (qr_code.id.empty()) return {};
  return fmt::format(
      "<p style=\"margin:20px 0 8px;color:#566472\"><a href=\"{0}\"><img src=\"cid:{1}\" "
      "alt=\"{3}\" width=\"{2}\" height=\"{2}\" style=\"display:block;border:0\">"
      "</a>{4}</p>\r\n",
      html_escaped(receipt), qr_code.id, qr_code.side,
      in_language(message, "Kode QR tanda bukti", "QR code of the receipt"),
      in_language(message, "Tanda bukti", "Receipt"));
}

}  // namespace

std::string_view receipt_link(const Message& message) {
  const std::string_view link = field(message, "tautan_bukti");
  return link.starts_with("https://") || link.starts_with("http://") ? link : std::string_view();
}

std::string html_part(const Message& message, const Picture& qr_code, const OfficeFoot& foot) {
  // The pages' colours. Where the reader's program is dark, theirs of the dark, too.
  constexpr std::string_view kDark =
      "<style>@media (prefers-color-scheme:dark){body{background:#12171d!important;"
      "color:#e9eef2!important}.m{background:#1b2229!important;border-color:#323c46!important}"
      ".k,.t{color:#5ec5d1!important}.k{border-color:#5ec5d1!important}.h{color:#a5b1bc!important}"
      ".l{border-color:#323c46!important}.s{color:#ff948c!important}"
      ".b{background:#5ec5d1!important;color:#0c1418!important}}</style>";
  return fmt::format(
      "<!DOCTYPE html>\r\n<html lang=\"{}\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>{}</title>{}</head>\r\n"
      "<body style=\"margin:0;padding:20px;background:#f6f8f9;color:#1a2530;"
      "font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif\">\r\n"
      "<div class=\"m\" style=\"max-width:560px;margin:0 auto;padding:20px 24px;background:#ffffff;"
      "border:1px solid #d9e0e5;border-radius:10px\">\r\n{}{}{}{}{}{}</div>\r\n</body></html>\r\n",
      in_language(message, "id", "en"), html_escaped(message.subject), kDark, head_of(message),
      said_by(message), facts(message),
      button(address_of_button(message), label_of_button(message)), shown(message, qr_code),
      foot_of(message, foot));
}

}  // namespace tenggat::notify::email
