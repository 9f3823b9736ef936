#include "notifiers/email/email.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <utility>

#include "notifiers/email/bounce.h"
#include "notifiers/email/html.h"
#include "notifiers/email/list.h"
#include "notifiers/email/mime.h"
#include "notifiers/failure.h"
#include "notifiers/phone.h"
#include "notifiers/qr.h"
#include "notifiers/utf8.h"

namespace tenggat::notify::email {
namespace {

constexpr std::size_t kLongestId = 64;  // thrice that when it is spelled, in a line of at most 998
constexpr int kPixelsAModule = 3;
constexpr std::size_t kLongestThread = 240;  // a permit's number: 60 characters, of four bytes each

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// An injective spelling of any text inside an id: what dot-atom does not take becomes _XX.
std::string id_part(std::string_view text) {
  std::string part;
  for (const char c : text) {
    const bool plain =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    part += plain ? std::string(1, c) : fmt::format("_{:02X}", static_cast<unsigned char>(c));
  }
  return part;
}

std::string_view domain_of(std::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

std::string write_mail(const Message& message, const EmailConfig& config, const Mailbox& from,
                       Instant real_now) {
  const std::string id = message_id(message, from.address);
  const std::string boundary = "=_tenggat_" + id_part(message.id).substr(0, 40);
  std::string mail;
  const auto header = [&mail](std::string_view name, std::string_view value) {
    mail += fmt::format("{}: {}\r\n", name, value);
  };
  header("Date", header_date(real_now));
  header("From", header_mailbox(from.display_name, from.address, 6));
  header("To", header_mailbox(message.recipient_name, message.to, 4));
  if (!config.reply_to.empty()) {
    const auto reply_to = parse_mailbox(config.reply_to);
    if (reply_to) header("Reply-To", header_mailbox(reply_to->display_name, reply_to->address, 10));
  }
  header("Subject", header_text(message.subject, 9));
  header("Message-ID", id);
  if (!message.thread.empty()) {
    const std::string root =
        fmt::format("<kasus.{}@{}>", id_part(message.thread), domain_of(from.address));
    header("In-Reply-To", root);
    header("References", root);
  }
  header("Auto-Submitted", "auto-generated");
  header("MIME-Version", "1.0");
  header("Content-Language", in_language(message, "id", "en"));
  header("Content-Type", fmt::format("multipart/alternative;\r\n boundary=\"{}\"", boundary));
  mail += "\r\n";
  const auto part = [&](std::string_view within, std::string_view type, std::string_view content) {
    mail += fmt::format(
        "--{}\r\nContent-Type: {}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
        within, type, quoted_printable(content));
  };
  const OfficeFoot foot{config.office_address, config.office_phone};
  part(boundary, "text/plain", plain_body(message, foot));
  const std::string_view receipt = receipt_link(message);
  if (receipt.empty()) {
    part(boundary, "text/html", html_part(message, {}, foot));
  } else {
    // RFC 2387: the page, and the picture that it shows.
    const QrCode qr_code(receipt);
    const Picture picture{fmt::format("bukti.{}@{}", id_part(message.id), domain_of(from.address)),
                          qr_code.width() * kPixelsAModule};
    const std::string inner = boundary + "_qr";
    mail += fmt::format(
        "--{}\r\nContent-Type: multipart/related; type=\"text/html\";\r\n boundary=\"{}\"\r\n\r\n",
        boundary, inner);
    part(inner, "text/html", html_part(message, picture, foot));
    mail += fmt::format(
        "--{}\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
        "Content-Disposition: inline; filename=\"tanda-bukti.png\"\r\nContent-ID:\r\n <{}>\r\n\r\n"
        "{}--{}--\r\n",
        inner, picture.id, base64_lines(qr_code.png(kPixelsAModule)), inner);
  }
  mail += fmt::format("--{}--\r\n", boundary);
  return mail;
}

std::string return_path(const Message& message, const EmailConfig& config,
                        const std::string& from_address) {
  const std::string& base = config.return_path.empty() ? from_address : config.return_path;
  if (config.return_path.empty() && !config.user.empty()) return base;
  std::string named = return_path_of(base, message.id);
  return is_mail_address(named) ? named : base;  // too long
}

struct Reply {
  int code = 0;
  std::string text;               // of its last line, after the code
  std::string before;             // of the lines before that
  std::array<int, 3> enhanced{};  // RFC 3463; zeros where none is given
  bool enhanced_is(int subject, int detail) const {
    return enhanced[0] != 0 && enhanced[1] == subject && enhanced[2] == detail;
  }
};

// "550 5.1.1 no such user"; code 0 for a line of several that is not the last.
Reply parse_reply(std::string_view line) {
  Reply reply;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() < 3 || !digit(line[0]) || !digit(line[1]) || !digit(line[2])) return reply;
  if (line.size() > 3 && line[3] != ' ') return reply;
  reply.code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  reply.text = line.size() > 4 ? line.substr(4) : "";
  const std::string_view rest = reply.text;
  std::array<int, 3> parts{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t start = at;
    while (at < rest.size() && at - start < 3 && digit(rest[at])) {
      parts[i] = parts[i] * 10 + (rest[at++] - '0');
    }
    if (at == start) return reply;
    if (i < 2 && (at >= rest.size() || rest[at++] != '.')) return reply;
  }
  if (parts[0] == 2 || parts[0] == 4 || parts[0] == 5) reply.enhanced = parts;
  return reply;
}

// What the last reply answered, told from the replies alone: libcurl does not name its commands.
enum class Stage { greeting, hello, sender, recipient, content };
struct Dialogue {
  Stage stage = Stage::greeting;
  Reply last;
};

Dialogue read_dialogue(const CurlResponse& response) {
  Dialogue dialogue;
  int oks_since_greeting = response.reused ? 1 : 0;
  bool seen_354 = false;
  std::string before;
  for (const std::string& line : response.lines) {
    Reply reply = parse_reply(line);
    if (reply.code == 0) {
      if (line.size() > 4) before += line.substr(4) + ' ';
      continue;
    }
    reply.before = std::exchange(before, {});
    if (reply.code == 221) break;
    if (seen_354) {
      dialogue.stage = Stage::content;
    } else if (oks_since_greeting == 0) {
      dialogue.stage = dialogue.last.code == 0 ? Stage::greeting : Stage::hello;
    } else {
      dialogue.stage = oks_since_greeting == 1 ? Stage::sender : Stage::recipient;
    }
    if (reply.code == 220)
      oks_since_greeting = 0;  // also the answer to STARTTLS: EHLO follows again
    if (reply.code == 250 && !seen_354) ++oks_since_greeting;
    seen_354 = seen_354 || reply.code == 354;
    dialogue.last = std::move(reply);
  }
  return dialogue;
}

std::string said(const Reply& reply) {
  return fmt::format("{} {}{}", reply.code, reply.before, reply.text);
}

SendResult later(const Reply& reply) {
  std::string_view why = reason::server_error;
  if (reply.enhanced_is(2, 2)) why = reason::mailbox_full;
  // Greylisting and throttling: 450 and 4.7.x are how servers ask for patience.
  if (reply.code == 450 || reply.enhanced[1] == 7) why = reason::rate_limited;
  return result(Outcome::retry, why, said(reply));
}

bool says_bad_address(const Dialogue& dialogue) {
  const Reply& reply = dialogue.last;
  if (reply.enhanced[0] != 0) {
    constexpr std::array kAddress{0, 1, 2, 3, 6, 10};
    for (const int detail : kAddress) {
      if (reply.enhanced_is(1, detail)) return true;
    }
    return reply.enhanced_is(2, 1);  // mailbox disabled
  }
  return dialogue.stage == Stage::recipient &&
         (reply.code == 550 || reply.code == 551 || reply.code == 553);
}

bool says_login_failed(const Reply& reply) {
  return reply.code == 530 || reply.code == 534 || reply.code == 535 || reply.code == 538 ||
         reply.enhanced_is(7, 8) || reply.enhanced_is(7, 9);
}

SendResult never(const Dialogue& dialogue) {
  const Reply& reply = dialogue.last;
  if (says_login_failed(reply))
    return result(Outcome::channel_stopped, reason::auth_failed, said(reply));
  if (dialogue.stage == Stage::greeting || dialogue.stage == Stage::hello) {
    return result(Outcome::retry, reason::server_error, said(reply));
  }
  if (says_bad_address(dialogue)) {
    return result(Outcome::permanent_for_person, reason::bad_address, said(reply));
  }
  const bool full = reply.enhanced[0] != 0
                        ? reply.enhanced_is(2, 2)
                        : reply.code == 552 && dialogue.stage == Stage::recipient;
  if (full) return result(Outcome::permanent_for_person, reason::mailbox_full, said(reply));
  if (dialogue.stage == Stage::sender || reply.enhanced_is(1, 7) || reply.enhanced_is(1, 8)) {
    return result(Outcome::channel_stopped, reason::rejected, said(reply));
  }
  return result(Outcome::permanent, reason::rejected, said(reply));
}

}  // namespace

std::optional<Mailbox> parse_mailbox(std::string_view text) {
  if (has_control_byte(text)) return std::nullopt;
  text = trimmed(text);
  Mailbox mailbox;
  const auto open = text.rfind('<');
  if (open == std::string_view::npos) {
    mailbox.address = text;
  } else {
    if (!text.ends_with('>')) return std::nullopt;
    mailbox.address = text.substr(open + 1, text.size() - open - 2);
    std::string_view name = trimmed(text.substr(0, open));
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) {
      name = name.substr(1, name.size() - 2);
    }
    mailbox.display_name = name;
  }
  if (!is_mail_address(mailbox.address)) return std::nullopt;
  return mailbox;
}

bool is_loopback_url(const std::string& url) {
  const auto parts = url_parts(url);
  if (!parts) return false;
  if (parts->host == "localhost") return true;
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(parts->host, error);
  return !error && address.is_loopback();
}

std::string message_id(const Message& message, std::string_view from_address) {
  return fmt::format("<{}@{}>", id_part(message.id), domain_of(from_address));
}

boost::system::result<CurlRequest, SendResult> build_request(const Message& message,
                                                             const EmailConfig& config,
                                                             Instant real_now) {
  if (!is_mail_address(message.to)) {
    return result(Outcome::permanent_for_person, reason::bad_address, "not a mail address");
  }
  if (has_control_byte(message.recipient_name) || has_control_byte(message.subject)) {
    return result(Outcome::permanent, reason::rejected, "control byte in a header");
  }
  if (message.id.size() > kLongestId || message.thread.size() > kLongestThread) {
    return result(Outcome::permanent, reason::rejected, "an id too long for a header");
  }
  const auto from = parse_mailbox(config.from);
  if (!from) {
    return result(Outcome::channel_stopped, reason::not_configured, "email.from is no address");
  }
  CurlRequest request;
  request.url = config.url;
  request.mail_from = return_path(message, config, from->address);
  request.mail_to = message.to;
  request.user = config.user;
  request.password = config.password;
  request.body = write_mail(message, config, *from, real_now);
  request.allow_private =
      true;  // the operator named the server, mostly one in the office's own net
  request.tls =
      config.tls == Tls::required && is_loopback_url(config.url) ? Tls::relaxed : config.tls;
  return request;
}

SendResult classify(const CurlResponse& response) {
  if (auto failed = classify_failure(response)) return *failed;
  const Dialogue dialogue = read_dialogue(response);
  const int code = dialogue.last.code;
  if (code >= 400 && code < 500) return later(dialogue.last);
  if (code >= 500) return never(dialogue);
  if (response.failure == Failure::auth) {
    return result(Outcome::channel_stopped, reason::auth_failed, response.error);
  }
  if (dialogue.stage == Stage::content && code >= 200 && code < 300) {
    return result(Outcome::accepted, reason::accepted, said(dialogue.last));
  }
  return result(Outcome::unknown, reason::connection_lost, response.error);
}

}  // namespace tenggat::notify::email
