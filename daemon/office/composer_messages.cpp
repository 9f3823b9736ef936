// Messages from notices: to applicants one by one, to officers in groups; to whom, by which
// channel, in which words.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "daemon/base/log.h"
#include "daemon/office/composer_round.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kKeptPermits = 1000;
constexpr const char* kReceiptField = "tautan_bukti";

}  // namespace

bool Composer::Composing::needs_permit() {
  const Deliverable& collected = round.deliverables().back();
  bool needed = permits.size() < kKeptPermits;
  for (const Recipient& one : collected.to)
    needed |= seen.emplace(one.officer, collected.pending.notice.audience).second;
  return needed;
}

std::vector<store::StoredNote> Composer::Composing::notes_of(const store::PendingNotice& pending,
                                                             const Permit& permit,
                                                             const Sop& sop) const {
  std::vector<store::StoredNote> found;
  for (const store::StoredNote& note : notes)
    if (note.permit == pending.permit && note.event == pending.notice.cause) found.push_back(note);
  if (pending.notice.text == kMendReminder) {
    std::vector<store::StoredNote> own;
    for (const store::StoredNote& note : earlier_notes)
      if (note.permit == permit.id) own.push_back(note);
    const Visit* opened = permit.find_visit(pending.notice.visit);
    const Visit* returning = opened ? returning_visit(permit, *opened, sop) : nullptr;
    return returning ? store::last_notes(own, returning->id, {"deficiency", "note"}) : found;
  }
  if (!found.empty() || pending.notice.text != kRefusal) return found;
  for (const store::StoredNote& note : earlier_notes) {
    const Visit* visit = note.permit == permit.id ? permit.find_visit(note.visit) : nullptr;
    const ActionRule* action = visit ? action_of(*visit, sop) : nullptr;
    if (note.kind == "note" && action && action->sets_outcome == Outcome::refusal) found = {note};
  }
  return found;
}

std::vector<store::NewMessage> Composer::Composing::take_messages(bool trial) {
  std::vector<store::NewMessage> messages;
  for (PlannedMessage& one : round.take_messages()) {
    store::NewMessage message;
    message.recipient = std::move(one.recipient);
    message.acting_for = std::move(one.acting_for);
    message.why = one.why;
    message.channel = *notify::channel_from_name(one.to.channel);
    message.address = std::move(one.to.address);
    message.name = std::move(one.name);
    message.text = std::move(one.text);
    message.rendered = std::move(rendered.at(one.id));
    message.thread = std::move(one.thread);
    message.rendered_at = one.at;
    message.trial = trial;
    message.notices = std::move(one.notices);
    message.tasks = std::move(one.tasks);
    messages.push_back(std::move(message));
  }
  return messages;
}

TextFields Composer::applicant_fields(const std::string& text, const Notice& notice,
                                      const store::StoredPermit& stored, const Context& context,
                                      const std::vector<store::StoredNote>& notes) const {
  TextFields fields = fields_of(notice, stored, context, settings_.office, notes);
  const notify::Text* words = settings_.texts->find(text);
  if (words && std::ranges::find(words->field_names, kReceiptField) != words->field_names.end())
    fields[kReceiptField] =
        receipt_link(stored, context, settings_.receipt_keys, settings_.office.public_url);
  return fields;
}

void Composer::add_outage(TextFields& fields, const HeldUpNotices& held_up, Instant now,
                          Tongue tongue) const {
  const Calendar& calendar = office_calendar();
  const notify::Speech speech(tongue, calendar);
  fields["mulai"] = speech.moment_without_zone(held_up.since);
  fields["selesai"] = speech.moment_without_zone(now);
  fields["zona"] = calendar.local(now).zone_abbreviation;
  fields["jumlah"] = speech.number(held_up.notices);
}

void Composer::tell_officer(Composing& composing, OfficerGroup group) {
  const auto is_kept = [&](const Deliverable* one) {
    return composing.permits.contains(one->pending.permit);
  };
  while (true) {
    const auto first = std::find_if(group.notices.begin(), group.notices.end(), is_kept);
    // Where those that were kept for their sake have changed meanwhile: the next round's.
    if (first == group.notices.end()) return composing.round.leave(group);
    try {
      return tell_officer(composing, group, **first);
    } catch (const std::exception& why) {
      // Of the others the message takes a line each, which has been made.
      composing.put_aside((*first)->pending, why.what());
      composing.round.leave((*first)->pending);
      group.notices.erase(first);
    }
  }
}

void Composer::tell_officer(Composing& composing, const OfficerGroup& group,
                            const Deliverable& first) {
  const Instant now = composing.moment.now;
  const store::StoredPermit& stored = composing.permits.at(first.pending.permit);
  const Sop& sop = rulebook_.sop_version(stored.permit.sop_version);
  const Context context = rulebook_.context(sop, now);
  std::optional<PlannedMessage> message = composing.round.officer_message(group, first, context);
  if (!message) {
    log_event(Level::error, "officer_unreachable", {{"officer", group.recipient.officer}});
    return;
  }
  const auto words = composing.words.find(first.pending.id);
  TextFields fields =
      fields_of(first.pending.notice, stored, context, settings_.office,
                words == composing.words.end() ? std::vector<store::StoredNote>() : words->second);
  const notify::Texts& texts = texts_to(group.recipient.officer);
  const Tongue tongue = tongue_of(texts);
  if (tongue == Tongue::english) say_in_english(fields, first.pending.notice, stored, context);
  add_recipient(fields, group.recipient, sop, context.people, tongue);
  fields["jumlah"] = notify::number_in(tongue, static_cast<std::int64_t>(message->permits));
  if (message->held_up) add_outage(fields, *message->held_up, now, tongue);
  if (!message->listed.empty()) fields["daftar"] = list_of(message->listed, now, tongue);
  if (message->text == kEscalations) {
    fields["daftar_eskalasi"] = list_of_escalations(message->listed, settings_.office, now, tongue);
    fields["tautan"] = escalations_link(settings_.office);
  }
  if (message->text == kNewTask || message->text == kList || message->text == kOutageSummary)
    fields["tautan"] = inbox_link(settings_.office);
  notify::Rendered rendered = notify::render(texts, message->text, fields);
  rendered.items = items_of(message->listed, settings_.office, now, tongue);
  composing.rendered[composing.round.add(std::move(*message))] = std::move(rendered);
  composing.round.reached(group);
}

asio::awaitable<void> Composer::settle_officers(Composing& composing,
                                                pg::Transaction& transaction) {
  std::vector<std::string> recipients;
  for (const std::string& officer : composing.round.recipients())
    recipients.push_back(officer_key(officer));
  if (recipients.empty()) co_return;
  pg::Pipeline reads;
  const auto latest =
      store::add_last_messages(reads, recipients, rulebook_.send().messages_an_hour);
  const pg::Results results = co_await transaction.run(std::move(reads));
  std::map<std::string, LastMessage> last;
  for (const store::LastMessageTo& one : results[latest])
    last[one.recipient.substr(officer_key("").size())] = {one.rendered_at, one.names_open_task,
                                                          one.nth_before};
  for (OfficerGroup& one : composing.round.group(last)) tell_officer(composing, std::move(one));
  composing.round.settle_officers();
}

}  // namespace tenggat::office
