#include "notifiers/message.h"

namespace tenggat::notify {

std::string_view name(Channel channel) {
  return channel == Channel::whatsapp ? "whatsapp" : "email";
}

std::optional<Channel> channel_from_name(std::string_view name) {
  if (name == "whatsapp") return Channel::whatsapp;
  if (name == "email") return Channel::email;
  return std::nullopt;
}

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::retry:
      return "retry";
    case Outcome::permanent_for_person:
      return "permanent_for_person";
    case Outcome::permanent:
      return "permanent";
    case Outcome::text_stopped:
      return "text_stopped";
    case Outcome::channel_stopped:
      return "channel_stopped";
    case Outcome::unknown:
      break;
  }
  return "unknown";
}

}  // namespace tenggat::notify
