#include "notifiers/failure.h"

#include "notifiers/utf8.h"

namespace tenggat::notify {
namespace {
constexpr std::size_t kMaxDetailCharacters = 300;
}

SendResult result(Outcome outcome, std::string_view reason, std::string_view detail) {
  SendResult made;
  made.outcome = outcome;
  made.reason = reason;
  const std::string line = one_line(detail);
  made.detail = first_characters(line, kMaxDetailCharacters);
  return made;
}

std::optional<SendResult> classify_failure(const CurlResponse& response) {
  switch (response.failure) {
    case Failure::none:
    case Failure::auth:
      break;
    case Failure::refused_request:
      return result(Outcome::permanent, reason::rejected, response.error);
    case Failure::private_address:
      return result(Outcome::channel_stopped, reason::private_address, response.error);
    case Failure::not_connected:
    case Failure::interrupted:
      return result(Outcome::retry,
                    response.timed_out ? reason::timeout : reason::connection_failed,
                    response.error);
    case Failure::tls:
      return result(Outcome::retry, reason::tls_failed, response.error);
    case Failure::timed_out_after_sending:
      return result(Outcome::unknown, reason::timeout, response.error);
    case Failure::cut_after_sending:
      return result(Outcome::unknown, reason::connection_lost, response.error);
  }
  return std::nullopt;
}

}  // namespace tenggat::notify
