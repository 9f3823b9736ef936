// What a provider posts, once its signature is right, may still be any bytes: the first names the
// provider, the rest is the body.
#include "notifiers/whatsapp/receipts.h"

#include <array>

#include "notifiers/message.h"
#include "notifiers/utf8.h"
#include "tests/fuzz/check.h"

namespace tenggat::notify {
namespace {

using fuzz::check;

void check_receipt(const Receipt& receipt) {
  bool named = false;
  for (const std::string* id : {&receipt.provider_id, &receipt.message, &receipt.alias}) {
    check(id->empty() || is_receipt_id(*id), "an id can be looked for");
    named = named || !id->empty();
  }
  check(named, "a receipt is of a message");
  check(!name(receipt.state).empty(), "it says what became of it");
  const bool failed = receipt.state == Receipt::State::failed;
  const auto known = std::count(reason::all.begin(), reason::all.end(), receipt.reason);
  check(failed ? known == 1 : receipt.reason.empty(), "a failure has a reason, nothing else has");
  check(!has_control_byte(receipt.detail), "its words are one line");
  check(first_not_utf8(receipt.detail) == receipt.detail.size(), "of UTF-8");
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
  tenggat::fuzz::check(!is_from_provider({std::string(provider), "kunci", ""}, body, body),
                       "no body signs itself");
  if (const auto receipts = read_receipts(provider, body))
    for (const Receipt& receipt : *receipts) check_receipt(receipt);
  return 0;
}
