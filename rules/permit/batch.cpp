#include "rules/permit/batch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tenggat {
namespace {

using Kind = CommandAnswer::Kind;

// Four million permits a second and room until the year 2242.
constexpr int kTailBits = 22;

const std::vector<NewDocument>& documents_of(const CommandRequest& request) {
  const auto* submission = std::get_if<Submission>(&request.command);
  return submission ? submission->permit.documents
                    : tenggat::documents_of(std::get<Command>(request.command));
}

// Joins a later decision on the same permit to an earlier one.
void append(Decision& decision, Decision&& later) {
  const auto move_all = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  move_all(decision.events, later.events);
  move_all(decision.notices, later.notices);
  move_all(decision.notes, later.notes);
  move_all(decision.counts, later.counts);
  move_all(decision.undone_causes, later.undone_causes);
  if (later.contact) decision.contact = std::move(later.contact);
}

// A batch between its two flights: the facts as they stand after each decision.
class Deciding {
 public:
  Deciding(BatchFacts facts, const std::vector<Drawn>& entropy, const BatchTerms& terms)
      : facts_(std::move(facts)), entropy_(entropy), terms_(terms) {}

  // Nothing: its permit is locked elsewhere.
  std::optional<CommandAnswer> decide_one(const CommandRequest& request);
  BatchDecision result(std::vector<std::optional<CommandAnswer>> answers);

 private:
  const KeptAnswer* kept_answer(const TokenKey& key) const;
  std::optional<Refusal> take_files(std::int64_t permit, const std::vector<NewDocument>& documents);
  CommandAnswer submit(const CommandRequest& request, const Drawn& drawn);
  std::optional<Refusal> refuse_related(std::int64_t related, const Sop& service) const;
  CommandAnswer decide_on(const CommandRequest& request, StoredPermit& stored);
  std::optional<Refusal> perform(const CommandRequest& request, StoredPermit& stored,
                                 const Context& context);
  void change(StoredPermit& stored, Decision decision);
  CommandAnswer done(const CommandRequest& request, const StoredPermit& stored,
                     const Context& context);
  Rendered render(const CommandRequest& request, const StoredPermit& stored,
                  const Context& context) const {
    return terms_.render(
        {request.actor, stored, context.sop, context.calendar, facts_.now, request.opens()});
  }

  BatchFacts facts_;
  const std::vector<Drawn>& entropy_;
  const BatchTerms& terms_;
  std::size_t submissions_ = 0, ids_used_ = 0;
  std::map<std::int64_t, PermitChange> changes_;
  std::map<TokenKey, std::size_t> kept_here_;  // their places in to_keep
  BatchDecision decided_;
};

std::optional<CommandAnswer> Deciding::decide_one(const CommandRequest& request) {
  const Drawn* drawn = request.opens() ? &entropy_.at(submissions_++) : nullptr;
  if (const KeptAnswer* kept = kept_answer(request.key())) {
    if (kept->request != request.idempotency.request) return CommandAnswer{Kind::key_reused};
    return CommandAnswer{Kind::repeated, kept->status, kept->body};
  }
  if (const auto held = request.holds(); held && facts_.locked_elsewhere.contains(*held))
    return std::nullopt;
  if (drawn) return submit(request, *drawn);
  const auto found = facts_.permits.find(request.permit);
  if (found != facts_.permits.end()) return decide_on(request, found->second);
  return CommandAnswer{Kind::not_found};
}

// From before, or from earlier in this batch.
const KeptAnswer* Deciding::kept_answer(const TokenKey& key) const {
  if (const auto before = facts_.kept.find(key); before != facts_.kept.end())
    return &before->second;
  const auto here = kept_here_.find(key);
  return here != kept_here_.end() ? &decided_.to_keep[here->second] : nullptr;
}

// The files that a decided command brings: they must be here still, and not be too much. Such as
// may stay are noted to be taken.
std::optional<Refusal> Deciding::take_files(std::int64_t permit,
                                            const std::vector<NewDocument>& documents) {
  FileSizes brought;
  std::vector<std::string> missing;
  for (const NewDocument& document : documents) {
    const auto hash = uploaded_hash(document.uri);
    if (!hash) continue;
    const auto stored = facts_.files.find(*hash);
    if (stored == facts_.files.end())
      missing.push_back(document.kind);
    else
      brought.insert(*stored);
  }
  if (!missing.empty()) return refuse<Refused::missing_upload>(Missing{std::move(missing)});
  if (brought.empty()) return std::nullopt;
  FileSizes together = facts_.files_of[permit];
  together.insert(brought.begin(), brought.end());
  std::uint64_t bytes = 0;
  for (const auto& [hash, size] : together) bytes += size;
  if (bytes > terms_.permit_file_bytes) return refuse<Refused::permit_files_full>();
  facts_.files_of[permit] = std::move(together);
  for (const auto& [hash, size] : brought) decided_.files_taken.push_back(hash);
  return std::nullopt;
}

CommandAnswer Deciding::decide_on(const CommandRequest& request, StoredPermit& stored) {
  const Sop& sop = terms_.rules.sop_version(stored.permit.sop_version);
  const Context context = terms_.rules.context(sop, facts_.now);
  if (std::optional<Refusal> refusal = perform(request, stored, context))
    return {Kind::refused, 0, render(request, stored, context).body, std::move(refusal)};
  return done(request, stored, context);
}

std::optional<Refusal> Deciding::perform(const CommandRequest& request, StoredPermit& stored,
                                         const Context& context) {
  auto decided = decide(stored.permit, request.actor, std::get<Command>(request.command), context);
  if (!decided) return decided.error();
  if (auto refusal = take_files(request.permit, documents_of(request))) return refusal;
  if (!decided->events.empty()) change(stored, std::move(*decided));
  return std::nullopt;
}

// A permit is large: what it was goes into the change, what it is stays with the facts until
// result(), neither is copied.
void Deciding::change(StoredPermit& stored, Decision decision) {
  const std::optional<CorrectContact> contact = decision.contact;
  const auto [found, first] = changes_.try_emplace(stored.permit.id);
  PermitChange& all = found->second;
  Permit before = std::exchange(stored.permit, std::move(decision.after));
  if (first) {
    Permit after = std::exchange(stored.permit, Permit());
    all.before = stored;
    all.before->permit = std::move(before);
    stored.permit = std::move(after);
    all.decision = std::move(decision);
  } else {
    append(all.decision, std::move(decision));
  }
  if (contact) {
    stored.applicant.email = contact->email;
    stored.applicant.whatsapp = contact->whatsapp;
  }
}

std::optional<Refusal> Deciding::refuse_related(std::int64_t related, const Sop& service) const {
  const auto found = facts_.permits.find(related);
  if (found == facts_.permits.end()) return refuse<Refused::unknown_related>();
  const Permit& permit = found->second.permit;
  const Context context =
      terms_.rules.context(terms_.rules.sop_version(permit.sop_version), facts_.now);
  const bool another = std::any_of(facts_.objections.begin(), facts_.objections.end(),
                                   [&](const RaisedObjection& one) {
                                     return one.related == related && is_under_way(one, context);
                                   });
  return refuse_objection(permit, service.id, another, context);
}

CommandAnswer Deciding::submit(const CommandRequest& request, const Drawn& drawn) {
  const auto& submission = std::get<Submission>(request.command);
  const Sop* sop =
      submission.canary ? &terms_.rules.canarys_sop() : terms_.rules.sop_in_force(submission.sop);
  if (!sop) return {Kind::not_found};
  if (terms_.rules.is_retired(sop->id))
    return {Kind::refused, 0, "", refuse<Refused::sop_retired>()};
  const Context context = terms_.rules.context(*sop, facts_.now);
  const LocalTime today = context.calendar.local(facts_.now);
  std::int64_t& last_number = facts_.numbers[{sop->id, today.year}];

  NewPermit permit = submission.permit;
  permit.id = permit_id(std::max(facts_.now, facts_.ids.latest), facts_.ids.tails.at(ids_used_));
  if (submission.canary) permit.id = -permit.id;
  permit.applicant = permit.id;
  permit.number = sop->number_format.print(today.year, today.month, last_number + 1);
  permit.applicant_digest = drawn.applicant_digest;
  if (permit.related)
    if (auto refusal = refuse_related(*permit.related, *sop))
      return {Kind::refused, 0, "", std::move(refusal)};
  const bool has_form = !sop->fields.empty();
  if (!has_form) permit.fields.clear();  // what is given is kept as it came
  auto decided = open_permit(permit, context);
  if (!decided) return {Kind::refused, 0, "", decided.error()};
  if (auto refusal = take_files(permit.id, permit.documents))
    return {Kind::refused, 0, "", std::move(refusal)};
  ++ids_used_;
  decided_.numbers[{sop->id, today.year}] = ++last_number;

  PermitChange change;
  change.applicant = submission.applicant;
  change.salt = drawn.salt;
  change.tracking_seed = drawn.tracking_seed;
  if (!has_form) change.fields = submission.fields;
  change.calendar_version = terms_.rules.calendar_version(sop->calendar);
  StoredPermit stored;
  stored.permit = decided->after;
  stored.salt = change.salt;
  stored.tracking_seed = change.tracking_seed;
  stored.fields = change.fields;
  stored.applicant = change.applicant;
  change.decision = std::move(*decided);
  changes_.emplace(permit.id, std::move(change));
  if (permit.related)
    facts_.objections.push_back({permit.id, *permit.related, stored.permit.state, std::nullopt});
  return done(request, stored, context);
}

CommandAnswer Deciding::done(const CommandRequest& request, const StoredPermit& stored,
                             const Context& context) {
  Rendered rendered = render(request, stored, context);
  const IdempotencyKey& key = request.idempotency;
  kept_here_.emplace(request.key(), decided_.to_keep.size());
  decided_.to_keep.push_back({key.token, key.key, key.request, rendered.status, rendered.body});
  return {Kind::done, rendered.status, std::move(rendered.body)};
}

BatchDecision Deciding::result(std::vector<std::optional<CommandAnswer>> answers) {
  for (auto& [id, change] : changes_) {
    if (change.before) change.decision.after = std::move(facts_.permits.at(id).permit);
    const Permit& after = change.decision.after;
    const Context context =
        terms_.rules.context(terms_.rules.sop_version(after.sop_version), facts_.now);
    change.projection = project(after, context.sop, context.calendar);
    decided_.changes.push_back(std::move(change));
  }
  decided_.answers = std::move(answers);
  return std::move(decided_);
}

}  // namespace

std::string_view to_string(CommandAnswer::Kind kind) {
  switch (kind) {
    case Kind::done:
      return "done";
    case Kind::repeated:
      return "repeated";
    case Kind::refused:
      return "refused";
    case Kind::not_found:
      return "not_found";
    case Kind::key_reused:
      return "key_reused";
    case Kind::busy:
      return "busy";
    case Kind::failed:
      return "failed";
  }
  return "";
}

std::int64_t permit_id(Instant second, std::int64_t tail) {
  return (second.time_since_epoch().count() << kTailBits) | (tail & ((1 << kTailBits) - 1));
}

Instant second_of(std::int64_t permit) { return Instant{Seconds{permit >> kTailBits}}; }

BatchNeeds needs_of(const std::vector<const CommandRequest*>& commands) {
  BatchNeeds needs;
  for (const CommandRequest* one : commands) {
    needs.tokens.push_back(one->idempotency.token);
    needs.keys.push_back(one->idempotency.key);
    if (const auto held = one->holds()) {
      needs.permits.insert(*held);
      if (one->opens()) needs.objected_to.insert(*held);
    }
    if (one->opens()) {
      ++needs.submissions;
      needs.sops.insert(std::get<Submission>(one->command).sop);
    }
    for (const NewDocument& document : documents_of(*one)) {
      auto hash = uploaded_hash(document.uri);
      if (!hash) continue;
      needs.files.insert(std::move(*hash));
      if (!one->opens()) needs.with_files.insert(one->permit);
    }
  }
  return needs;
}

BatchDecision decide_batch(BatchFacts facts, const std::vector<const CommandRequest*>& commands,
                           const std::vector<Drawn>& entropy, const BatchTerms& terms) {
  Deciding deciding(std::move(facts), entropy, terms);
  std::vector<std::optional<CommandAnswer>> answers;
  answers.reserve(commands.size());
  for (const CommandRequest* one : commands) answers.push_back(deciding.decide_one(*one));
  return deciding.result(std::move(answers));
}

}  // namespace tenggat
