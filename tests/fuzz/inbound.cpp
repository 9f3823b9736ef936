// What people write over WhatsApp, as its providers post it: their words, names and numbers are any
// bytes that a stranger likes, and so may be all around them. The first byte names the provider,
// the rest is the body.
#include "notifiers/whatsapp/inbound.h"

#include <array>
#include <boost/json.hpp>
#include <cstdint>

#include "notifiers/phone.h"
#include "notifiers/receipt.h"
#include "notifiers/utf8.h"
#include "notifiers/whatsapp/meta.h"
#include "tests/fuzz/check.h"

namespace tenggat::notify {
namespace {

using fuzz::check;

void check_message(const Inbound& message) {
  check(message.provider_id.empty() || is_receipt_id(message.provider_id), "an id can be kept");
  const auto number = normalise_phone(message.from);
  check(number && *number == message.from, "its sender is a number that can be answered");
  check(!message.text.empty(), "it says something");
  check(first_not_utf8(message.text) == message.text.size(), "in UTF-8");
  check(!has_control_byte(message.text), "on one line");
  check(characters(message.text) <= kLongestInbound, "of a length that is kept");
}

// Posted by a gateway of one's own, what was read is read the same.
void check_again(const std::vector<Inbound>& messages) {
  boost::json::array all;
  for (const Inbound& one : messages)
    all.push_back(
        boost::json::object{{"id", one.provider_id}, {"from", one.from}, {"text", one.text}});
  const std::vector<Inbound> again = read_inbound(
      "webhook", boost::json::serialize(boost::json::object{{"messages", std::move(all)}}));
  check(again.size() == messages.size(), "as many are read again");
  for (std::size_t i = 0; i < again.size(); ++i)
    check(again[i].provider_id == messages[i].provider_id && again[i].from == messages[i].from &&
              again[i].text == messages[i].text,
          "printed again it is read the same");
}

}  // namespace
}  // namespace tenggat::notify

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat::notify;
  constexpr std::array<std::string_view, 5> kProviders{"meta", "fonnte", "wablas", "waha",
                                                       "webhook"};
  if (size == 0) return 0;
  const std::string_view provider = kProviders[bytes[0] % kProviders.size()];
  const std::string_view body(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const std::vector<Inbound> messages = read_inbound(provider, body);
  tenggat::fuzz::check(messages.size() <= kInboundAtOnce, "no more at once than are taken");
  for (const Inbound& one : messages) check_message(one);
  check_again(messages);
  meta::tells_of_templates(body);
  return 0;
}
