#include "rules/permit/notice.h"

#include <utility>

namespace tenggat {

namespace {

// How the kinds without a name of their own are called.
constexpr std::pair<NoticeKind::Of, std::string_view> kKinds[] = {
    {NoticeKind::Of::pause, "jeda"},
    {NoticeKind::Of::new_deficiency, "new_deficiency"},
    {NoticeKind::Of::self_approval, "self_approval"},
    {NoticeKind::Of::late_entry, "late_entry"},
    {NoticeKind::Of::against_recommendation, "against_recommendation"},
    {NoticeKind::Of::escalated, "escalated"},
    {NoticeKind::Of::handed_over, "handed_over"},
    {NoticeKind::Of::obstacle, "kendala"},
    {NoticeKind::Of::directed, "arahan"},
};

// As RungRule::name prints it.
bool is_rung(std::string_view text) {
  return text == "start" || text == "due" || text.starts_with('+') || text.ends_with('%');
}

}  // namespace

std::string NoticeKind::to_string() const {
  for (const auto& [kind, word] : kKinds)
    if (kind == of) return std::string(word);
  return name;
}

NoticeKind NoticeKind::parse(std::string_view text) {
  for (const auto& [kind, word] : kKinds)
    if (word == text) return {kind};
  return {is_rung(text) ? Of::rung : Of::text, std::string(text)};
}

bool NoticeKind::is_report() const {
  return of == Of::pause || of == Of::new_deficiency || of == Of::self_approval ||
         of == Of::late_entry || of == Of::against_recommendation || of == Of::escalated;
}

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
