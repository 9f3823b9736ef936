#include "rules/notice.h"

namespace tenggat {

std::string_view to_string(Audience audience) {
  switch (audience) {
    case Audience::holder:
      return "holder";
    case Audience::superior:
      return "superior";
    case Audience::applicant:
      return "applicant";
    case Audience::daily:
      return "daily";
  }
  return "";
}

std::optional<Audience> parse_audience(std::string_view text) {
  for (Audience one : {Audience::holder, Audience::superior, Audience::applicant, Audience::daily})
    if (to_string(one) == text) return one;
  return std::nullopt;
}

std::string Addressee::to_string() const {
  switch (kind) {
    case Kind::holder:
      return "holder";
    case Kind::applicant:
      return "applicant";
    case Kind::role:
      return "role:" + name;
    case Kind::officer:
      return "officer:" + name;
  }
  return "";
}

Addressee Addressee::parse(std::string_view text) {
  if (text == "applicant") return {Kind::applicant, ""};
  if (text.starts_with("role:")) return {Kind::role, std::string(text.substr(5))};
  if (text.starts_with("officer:")) return {Kind::officer, std::string(text.substr(8))};
  return {Kind::holder, ""};
}

}  // namespace tenggat
