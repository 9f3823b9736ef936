// A mail is made of what people typed and what a portal sent; and what comes back to its return
// path may be anything. Out goes nothing but the headers we set, one envelope, and lines that end
// alike.
#include <array>
#include <set>
#include <string>

#include "notifiers/email/bounce.h"
#include "notifiers/email/email.h"
#include "notifiers/email/mime.h"
#include "notifiers/receipt.h"
#include "notifiers/utf8.h"
#include "tests/fuzz/check.h"

namespace tenggat::notify {
namespace {

using fuzz::check;

// The bytes, cut at the separator, in the order of the message's texts.
std::array<std::string, 9> texts_of(std::string_view bytes) {
  std::array<std::string, 9> texts;
  for (std::string& text : texts) {
    const std::size_t end = std::min(bytes.find('\x1e'), bytes.size());
    text = bytes.substr(0, end);
    bytes.remove_prefix(std::min(bytes.size(), end + 1));
  }
  return texts;
}

void check_head(std::string_view head) {
  static const std::set<std::string_view> kOurs{"Date",
                                                "From",
                                                "To",
                                                "Reply-To",
                                                "Subject",
                                                "Message-ID",
                                                "In-Reply-To",
                                                "References",
                                                "Auto-Submitted",
                                                "MIME-Version",
                                                "Content-Language",
                                                "Content-Type"};
  std::set<std::string_view> seen;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(head.size(), end + 2));
    check(!line.empty(), "the head ends once");
    if (line.starts_with(' ')) continue;  // folded
    const std::string_view name = line.substr(0, line.find(':'));
    check(kOurs.contains(name), "only headers of ours");
    check(seen.insert(name).second, "each of them once");
  }
}

void check_lines(std::string_view mail) {
  check(mail.ends_with("\r\n"), "the last line ends");
  while (!mail.empty()) {
    const std::size_t end = mail.find('\n');
    check(end != std::string_view::npos && end > 0 && mail[end - 1] == '\r', "a line ends CRLF");
    const std::string_view line = mail.substr(0, end - 1);
    mail.remove_prefix(end + 1);
    check(line.size() <= 998, "no line is too long");
    check(line != ".", "no line is a lonely dot");
    for (const char c : line)
      check(static_cast<unsigned char>(c) < 0x80 && (c >= 0x20 && c != 0x7f),
            "plain characters only");
  }
}

void make_mail(std::string_view bytes) {
  const auto texts = texts_of(bytes);
  EmailConfig config;
  config.url = "smtp://mail.example.go.id";
  config.from = texts[0].empty() ? "Perizinan <izin@example.go.id>" : texts[0];
  config.reply_to = texts[1];
  Message message;
  message.channel = Channel::email;
  message.to = texts[2].empty() ? "siti@contoh.example" : texts[2];
  message.recipient_name = texts[3];
  message.subject = texts[4];
  message.body = texts[5];
  message.thread = texts[6];
  message.id = texts[7];
  message.fields = {texts[8], texts[5], texts[3]};
  message.field_names = {"nomor", "perihal", "tautan"};
  const auto request = email::build_request(message, config, Instant(Seconds(1775200000)));
  if (!request) {
    check(!request.error().reason.empty(), "a refusal has a name");
    return;
  }
  for (const std::string& address : {request->mail_from, request->mail_to}) {
    check(!has_control_byte(address) && address.find_first_of("<> \t") == std::string::npos,
          "an envelope holds bare addresses");
    check(address.find('@') != std::string::npos, "and nothing else");
  }
  const std::string& mail = request->body;
  const std::size_t head = mail.find("\r\n\r\n");
  check(head != std::string::npos, "a mail has a head");
  check_head(std::string_view(mail).substr(0, head));
  check_lines(mail);
}

void take_back(std::string_view bytes) {
  const auto bounce = email::read_bounce(bytes, bytes.substr(0, bytes.find('\n')));
  if (!bounce) return;
  check(bounce->state == Receipt::State::failed, "a bounce is a failure");
  check(bounce->message.find_first_not_of("0123456789") == std::string::npos, "of a message");
  check(!bounce->message.empty() && !bounce->to.empty(), "to somebody");
  check(!has_control_byte(bounce->detail), "its words are one line");
  check(std::count(reason::all.begin(), reason::all.end(), bounce->reason) == 1, "for a reason");
}

}  // namespace
}  // namespace tenggat::notify

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  tenggat::notify::make_mail(text);
  tenggat::notify::take_back(text);
  return 0;
}
