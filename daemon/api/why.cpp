#include "daemon/api/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

#include "daemon/api/view.h"
#include "rules/permit/why.h"
#include "rules/telling/telling.h"

namespace tenggat::http {
namespace {

namespace json = boost::json;

constexpr std::string_view kOfficer = "officer:";

json::value or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value or_null(const std::optional<Instant>& instant, const Calendar& calendar) {
  return instant ? json::value(calendar.format(*instant)) : json::value(nullptr);
}

json::value visit_or_null(const Permit& permit, int id) {
  const Visit* visit = permit.find_visit(id);
  return visit ? json::value(visit_name(*visit)) : json::value(nullptr);
}

std::string word_of(const Target& target) {
  switch (target.kind) {
    case Target::Kind::role:
      return "role";
    case Target::Kind::assignee:
      return "assignee";
    case Target::Kind::superior:
      return target.level == 1 ? "superior" : fmt::format("superior({})", target.level);
    case Target::Kind::named_role:
      return target.name;
    case Target::Kind::copy:
      return "copy";
    case Target::Kind::applicant:
      return "applicant";
  }
  return "";
}

json::value name_of(std::string_view officer, const People& people) {
  const Officer* found = people.find(officer);
  return found ? json::value(found->name) : json::value(nullptr);
}

class Story {
 public:
  Story(const Permit& permit, const Context& context) : permit_(permit), context_(context) {}

  json::object notice(const store::ToldNotice& told) const {
    const Notice& n = told.notice;
    const bool pending = told.state == "pending";
    json::object view{{"id", std::to_string(told.id)},
                      {"visit", visit_or_null(permit_, n.visit)},
                      {"kind", n.kind.to_string()},
                      {"k", n.k},
                      {"occurrence", n.occurrence},
                      {"addressee", n.addressee.to_string()},
                      {"audience", to_string(n.audience)},
                      {"text", n.text},
                      {"urgent", n.urgent},
                      {"raised_at", context_.calendar.format(n.raised_at)},
                      {"raised_because", to_string(n.reason)},
                      {"state", told.state},
                      {"state_at", or_null(told.state_at, context_.calendar)},
                      {"send_at", nullptr},
                      {"reason", or_null(told.state_reason)},
                      {"to", json::array()}};
    if (pending) {
      view["send_at"] = context_.calendar.format(told.send_at);
      view["reason"] = told.state_reason == to_string(Reason::set_aside)
                           ? told.state_reason
                           : std::string(to_string(why_pending(n, permit_, context_)));
      view["to"] = recipients(n);
    }
    json::array messages;
    for (const store::ToldMessage& one : told.messages) messages.push_back(message(one));
    view["messages"] = std::move(messages);
    return view;
  }

  json::object rung(const RungStory& story) const {
    json::array to;
    for (const Target& target : story.to) to.emplace_back(word_of(target));
    return {{"visit", visit_or_null(permit_, story.visit)},
            {"rung", story.rung},
            {"k", story.k},
            {"occurrence", story.occurrence},
            {"urgent", story.urgent},
            {"to", std::move(to)},
            {"due_at", or_null(story.due_at, context_.calendar)},
            {"raised_at", or_null(story.raised_at, context_.calendar)},
            {"reason", to_string(story.reason)}};
  }

 private:
  json::array recipients(const Notice& notice) const {
    json::array all;
    if (notice.audience == Audience::applicant) {
      all.push_back(person("applicant", "", "", Reason::applicant));
      return all;
    }
    for (const Recipient& one : recipients_of(notice, permit_, context_))
      all.push_back(
          person(std::string(kOfficer) + one.officer, one.role, one.for_officer, one.why));
    return all;
  }
  json::object person(const std::string& recipient, const std::string& role,
                      const std::string& acting_for, Reason why) const {
    json::value name;
    if (recipient.starts_with(kOfficer))
      name = name_of(std::string_view(recipient).substr(kOfficer.size()), context_.people);
    return {{"recipient", recipient},
            {"name", std::move(name)},
            {"role", or_null(role)},
            {"acting_for", or_null(acting_for)},
            {"why", to_string(why)}};
  }
  json::object message(const store::ToldMessage& m) const {
    json::array attempts;
    for (const store::ToldAttempt& one : m.attempts)
      attempts.push_back(json::object{{"started_at", context_.calendar.format(one.started_at)},
                                      {"finished_at", or_null(one.finished_at, context_.calendar)},
                                      {"outcome", or_null(one.outcome)},
                                      {"reason", or_null(one.reason)},
                                      {"detail", or_null(one.detail)}});
    const bool of_officer = m.recipient.starts_with(kOfficer);
    json::value name;
    if (of_officer)
      name = name_of(std::string_view(m.recipient).substr(kOfficer.size()), context_.people);
    json::value before;
    if (m.falls_back_from) before = std::to_string(*m.falls_back_from);
    return {{"id", std::to_string(m.id)},
            {"recipient", of_officer ? m.recipient : std::string("applicant")},
            {"name", std::move(name)},
            {"acting_for", or_null(m.acting_for)},
            {"why", m.why},
            {"channel", m.channel},
            {"text", m.text},
            {"rendered_at", context_.calendar.format(m.rendered_at)},
            {"state", m.state},
            {"reason",
             m.state == "trial" ? json::value(to_string(Reason::trial_mode)) : or_null(m.reason)},
            {"accepted_at", or_null(m.accepted_at, context_.calendar)},
            {"receipt", or_null(m.provider_id)},
            {"delivered_at", or_null(m.delivered_at, context_.calendar)},
            {"read_at", or_null(m.read_at, context_.calendar)},
            {"undelivered_at", or_null(m.undelivered_at, context_.calendar)},
            {"undelivered_reason", or_null(m.undelivered_reason)},
            {"undelivered_detail", or_null(m.undelivered_detail)},
            {"falls_back_from", std::move(before)},
            {"attempts", std::move(attempts)}};
  }

  const Permit& permit_;
  const Context& context_;
};

bool is_of(const Notice& notice, const RungStory& story) {
  return story.raised_at && notice.visit == story.visit && notice.kind.to_string() == story.rung &&
         notice.k == story.k && notice.occurrence == story.occurrence;
}

json::array acknowledged_view(const Permit& permit, const Context& context) {
  json::array all;
  for (const Visit& visit : permit.visits) {
    if (visit.acknowledged)
      all.push_back(acknowledgement_view(visit, context.sop, context.calendar));
  }
  return all;
}

json::array responded_view(const Permit& permit, const Context& context) {
  json::array all;
  for (const Visit& visit : permit.visits)
    for (const SuperiorResponse& one : visit.responses)
      all.push_back(json::object{{"visit", visit_name(visit)},
                                 {"officer", one.officer},
                                 {"name", name_of(one.officer, context.people)},
                                 {"at", context.calendar.format(one.at)},
                                 {"until", context.calendar.format(one.until)}});
  return all;
}

bool touches(const Silence& silence, const Permit& permit, const std::set<std::string>& waiting) {
  if (silence.kind == Silence::Kind::officer) return waiting.contains(silence.subject);
  if (silence.kind == Silence::Kind::permit) return silence.subject == std::to_string(permit.id);
  return std::any_of(permit.visits.begin(), permit.visits.end(), [&](const Visit& visit) {
    return visit.open() && silence.subject == permit.sop + "." + visit.step;
  });
}

json::array silences_view(const Permit& permit, const std::vector<store::ToldNotice>& notices,
                          const Context& context) {
  std::set<std::string> waiting;  // who would be told of what has not left
  for (const store::ToldNotice& told : notices)
    if (told.state == "pending")
      for (const Recipient& one : recipients_of(told.notice, permit, context))
        waiting.insert(one.officer);
  json::array all;
  for (const Silence& silence : context.people.silences) {
    const bool in_force = silence.from <= context.now && context.now < silence.until;
    if (!in_force || !touches(silence, permit, waiting)) continue;
    all.push_back(json::object{{"id", std::to_string(silence.id)},
                               {"kind", to_string(silence.kind)},
                               {"subject", silence.subject},
                               {"from", context.calendar.format(silence.from)},
                               {"until", context.calendar.format(silence.until)},
                               {"by", silence.by},
                               {"why", silence.why}});
  }
  return all;
}

}  // namespace

json::object why_view(const store::StoredPermit& stored,
                      const std::vector<store::ToldNotice>& notices, const Context& context) {
  const Permit& permit = stored.permit;
  const Story story(permit, context);
  std::set<std::int64_t> of_rungs;
  json::array rungs;
  for (const RungStory& one : rung_stories(permit, context.sop, context.calendar, context.now)) {
    json::object view = story.rung(one);
    json::array told;
    for (const store::ToldNotice& notice : notices) {
      if (!is_of(notice.notice, one)) continue;
      told.push_back(story.notice(notice));
      of_rungs.insert(notice.id);
    }
    view["notices"] = std::move(told);
    rungs.push_back(std::move(view));
  }
  json::array others;
  for (const store::ToldNotice& notice : notices)
    if (!of_rungs.contains(notice.id)) others.push_back(story.notice(notice));
  return {{"id", std::to_string(permit.id)},
          {"number", permit.number},
          {"sop", permit.sop},
          {"state", to_string(permit.state)},
          {"version", permit.version},
          {"at", context.calendar.format(context.now)},
          {"rungs", std::move(rungs)},
          {"notices", std::move(others)},
          {"acknowledged", acknowledged_view(permit, context)},
          {"responded", responded_view(permit, context)},
          {"silences", silences_view(permit, notices, context)}};
}

}  // namespace tenggat::http
