#include "notifiers/failure.h"

#include <algorithm>

#include "notifiers/phone.h"
#include "notifiers/utf8.h"

namespace tenggat::notify {
namespace {
constexpr std::size_t kMaxDetailCharacters = 300;
constexpr std::size_t kFewestDigits = 9;  // of what is taken for a phone's number

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The digits of a number that begins here, as people group them; empty where it is none.
std::string number_at(std::string_view line, std::size_t begin, std::size_t& end) {
  std::string digits;
  end = begin;
  for (std::size_t i = begin + (line[begin] == '+' ? 1 : 0); i < line.size(); ++i) {
    if (is_digit(line[i])) {
      digits += line[i];
      end = i + 1;
    } else if ((line[i] != '-' && line[i] != ' ') || digits.empty() || i != end) {
      break;
    }
  }
  const bool in_word =
      end < line.size() && (is_letter(line[end]) ||
                            (line[end] == '.' && end + 1 < line.size() && is_digit(line[end + 1])));
  return digits.size() < kFewestDigits || in_word ? std::string() : digits;
}

std::string without_numbers(std::string_view line) {
  std::string masked;
  for (std::size_t i = 0; i < line.size();) {
    const bool begins = (is_digit(line[i]) || line[i] == '+') &&
                        (i == 0 || !(is_digit(line[i - 1]) || is_letter(line[i - 1])));
    std::size_t end = i;
    const std::string digits = begins ? number_at(line, i, end) : std::string();
    if (digits.empty()) {
      masked += line[i++];
      continue;
    }
    masked += mask_phone(digits);
    i = end;
  }
  return masked;
}

std::string without_addresses(std::string_view line) {
  constexpr std::string_view kAround = " <>()[]\"',;:";
  std::string masked;
  while (!line.empty()) {
    const std::size_t length = std::min(line.find_first_of(kAround), line.size());
    const std::string_view word = line.substr(0, length);
    masked += is_mail_address(word) ? mask_email(word) : std::string(word);
    if (length < line.size()) masked += line[length];
    line.remove_prefix(std::min(length + 1, line.size()));
  }
  return masked;
}

}  // namespace

std::string provider_words(std::string_view words) {
  const std::string masked = without_numbers(without_addresses(one_line(words)));
  return std::string(first_characters(masked, kMaxDetailCharacters));
}

SendResult result(Outcome outcome, std::string_view reason, std::string_view detail) {
  SendResult made;
  made.outcome = outcome;
  made.reason = reason;
  made.detail = provider_words(detail);
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
