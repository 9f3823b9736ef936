// What a provider, a mail server or the portal answers may be any bytes. What is made of it says
// what became of the message in words of ours, fits into the record, and takes nothing for accepted
// that was not. The first bytes choose who answers, how the exchange ended and the status; then
// come the lines of the head, an empty one, and the body.
#include <array>
#include <string>

#include "notifiers/email/email.h"
#include "notifiers/failure.h"
#include "notifiers/receipt.h"
#include "notifiers/utf8.h"
#include "notifiers/webhook/portal.h"
#include "notifiers/whatsapp/fonnte.h"
#include "notifiers/whatsapp/gateway.h"
#include "notifiers/whatsapp/meta.h"
#include "notifiers/whatsapp/wablas.h"
#include "notifiers/whatsapp/waha.h"
#include "tests/fuzz/check.h"

namespace tenggat::notify {
namespace {

using fuzz::check;

// libcurl gives lines without their ends, and no more than was asked for.
CurlResponse response_of(const std::uint8_t* bytes, std::size_t size, bool mail) {
  CurlResponse response;
  response.failure = static_cast<Failure>(bytes[1] % 9);
  // Only a mail server refuses a login by a failure of the exchange.
  if (response.failure == Failure::auth && !mail) response.failure = Failure::none;
  response.timed_out = (bytes[1] & 0x40U) != 0;
  response.reused = (bytes[1] & 0x80U) != 0;
  response.status = bytes[2] * 4 + bytes[3] % 4;
  std::string_view rest(reinterpret_cast<const char*>(bytes) + 4, size - 4);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), end + 1));
    if (line.empty()) break;
    response.lines.emplace_back(line);
  }
  response.body = rest;
  response.error = response.lines.empty() ? "" : response.lines.front();
  return response;
}

void check_words(std::string_view reason, std::string_view detail) {
  check(std::count(reason::all.begin(), reason::all.end(), reason) == 1, "there is a reason");
  check(!has_control_byte(detail) && first_not_utf8(detail) == detail.size(), "words are one line");
  check(characters(detail) <= 300, "of so many characters");
}

void check_wish(std::optional<std::chrono::seconds> wish) {
  check(!wish || (wish->count() >= 0 && wish->count() <= 86400), "a wish is of a day at most");
}

void check_result(const SendResult& made, const CurlResponse& response, bool mail) {
  check_words(made.reason, made.detail);
  check(!name(made.outcome).empty(), "there is an outcome");
  check_wish(made.retry_after);
  check(made.provider_id.empty() || is_receipt_id(made.provider_id),
        "an id can be kept and looked for");
  check((made.outcome == Outcome::accepted) == (made.reason == reason::accepted),
        "accepted is accepted");
  if (made.outcome != Outcome::accepted) return;
  check(response.failure == Failure::none, "of a whole exchange");
  check(mail || (response.status >= 200 && response.status < 300), "that went well");
}

// Of Meta's list of templates: words that can be shown, and a cursor that can stand in an address.
void check_templates(const CurlResponse& response) {
  const auto is_plain = [](const std::string& text, std::string_view also) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             also.find(c) != std::string_view::npos;
    });
  };
  const auto page = meta::templates_answer(response);
  if (page.has_error()) {
    const SendResult why = page.error();
    check_words(why.reason, why.detail);
    check(why.outcome != Outcome::accepted, "a refusal accepts nothing");
    return;
  }
  check(response.failure == Failure::none, "of a whole exchange");
  check(is_plain(page->after, "-=_"), "a cursor can stand in an address");
  for (const meta::TemplateState& one : page->templates) {
    check(!one.name.empty() && !one.language.empty() && !one.status.empty(), "a template is named");
    for (const std::string* text : {&one.name, &one.language, &one.status, &one.reason})
      check(is_plain(*text, "_"), "in words that can be shown");
  }
}

void check_portal(const CurlResponse& response) {
  const portal::Answer answer = portal::classify(response);
  check_words(answer.reason, answer.detail);
  check_wish(answer.retry_after);
  const bool well = response.status >= 200 && response.status < 300;
  const bool whole = response.failure == Failure::none || response.failure == Failure::auth;
  check((answer.kind == portal::Answer::Kind::taken) == (well && whole), "2xx is taken");
  check((answer.kind == portal::Answer::Kind::gone) == (response.status == 410 && whole),
        "410 is gone");
}

}  // namespace
}  // namespace tenggat::notify

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::notify;
  if (size < 4) return 0;
  constexpr std::array kWhatsapp{meta::classify, fonnte::classify, wablas::classify, waha::classify,
                                 gateway::classify};
  const std::size_t who = bytes[0] % (kWhatsapp.size() + 2);
  const CurlResponse response = response_of(bytes, size, who == kWhatsapp.size());
  if (who == 0) check_templates(response);
  if (who < kWhatsapp.size())
    check_result(kWhatsapp[who](response), response, false);
  else if (who == kWhatsapp.size())
    check_result(email::classify(response), response, true);
  else
    check_portal(response);
  return 0;
}
