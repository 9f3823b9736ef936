#include "rules/permit/silence.h"

namespace tenggat {
namespace {

bool in_force(const Silence& silence, Instant now) {
  return silence.from <= now && now < silence.until;
}

const Silence* longest(const Silence* a, const Silence* b) {
  return !a || b->until > a->until ? b : a;
}

}  // namespace

std::string_view to_string(Silence::Kind kind) {
  switch (kind) {
    case Silence::Kind::officer:
      return "officer";
    case Silence::Kind::step:
      return "step";
    case Silence::Kind::permit:
      return "permit";
  }
  return "";
}

std::optional<Silence::Kind> parse_silence_kind(std::string_view text) {
  for (const auto kind : {Silence::Kind::officer, Silence::Kind::step, Silence::Kind::permit})
    if (to_string(kind) == text) return kind;
  return std::nullopt;
}

const Silence* silenced(const Notice& notice, const Permit& permit, std::string_view officer,
                        const std::vector<Silence>& silences, Instant now) {
  if (notice.audience == Audience::applicant) return nullptr;
  const Visit* visit = permit.find_visit(notice.visit);
  const auto covers = [&](const Silence& silence) {
    switch (silence.kind) {
      case Silence::Kind::officer:
        return !officer.empty() && silence.subject == officer;
      case Silence::Kind::step:
        return visit && silence.subject == permit.sop + "." + visit->step;
      case Silence::Kind::permit:
        return silence.subject == std::to_string(permit.id);
    }
    return false;
  };
  const Silence* found = nullptr;
  for (const Silence& silence : silences)
    if (in_force(silence, now) && covers(silence)) found = longest(found, &silence);
  return found;
}

const Silence* silenced(std::string_view officer, const std::vector<Silence>& silences,
                        Instant now) {
  const Silence* found = nullptr;
  for (const Silence& silence : silences)
    if (silence.kind == Silence::Kind::officer && silence.subject == officer &&
        in_force(silence, now))
      found = longest(found, &silence);
  return found;
}

}  // namespace tenggat
