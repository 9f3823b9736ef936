#include "notifiers/receipt.h"

#include <algorithm>

#include "notifiers/failure.h"

namespace tenggat::notify {

std::string_view name(Receipt::State state) {
  switch (state) {
    case Receipt::State::sent:
      return "sent";
    case Receipt::State::delivered:
      return "delivered";
    case Receipt::State::read:
      return "read";
    case Receipt::State::failed:
      return "failed";
  }
  return "";
}

void fail(Receipt& receipt, std::string_view reason, std::string_view detail) {
  const SendResult made = result(Outcome::permanent_for_person, reason, detail);
  receipt.state = Receipt::State::failed;
  receipt.reason = made.reason;
  receipt.detail = made.detail;
}

bool is_receipt_id(std::string_view text) {
  constexpr std::size_t kLongest = 512;
  return !text.empty() && text.size() <= kLongest &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace tenggat::notify
