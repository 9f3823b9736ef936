#include "daemon/office/replies.h"

#include <fmt/format.h>

#include "daemon/base/link_keys.h"
#include "daemon/base/log.h"
#include "daemon/office/signing_in.h"
#include "daemon/store/commands.h"
#include "daemon/store/hash.h"
#include "daemon/store/inbound.h"
#include "notifiers/phone.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

// Open permits of one number that a message is kept with, and that an answer tells of.
constexpr int kPermitsOfANumber = 3;
// Messages of one number that are kept within a day: beyond, somebody plays with it.
constexpr std::int64_t kKeptADay = 20;
// Numbers of nobody that are answered within an hour: what strangers may make the office pay.
constexpr std::int64_t kStrangersAnHour = 30;

constexpr const char* kReplyToApplicant = "balasan_pemohon";
constexpr const char* kReplyToOfficer = "balasan_petugas";
constexpr const char* kReplyToOthers = "balasan_umum";

// "berkas berada pada tahap Kajian teknis, batas waktu penyelesaian Rabu 22 April, 09.12 WITA"
std::string standing_of(const Permit& permit, const Context& context, bool english) {
  std::string where;
  for (const Visit& visit : permit.visits) {
    if (!visit.open()) continue;
    if (is_applicants(visit, context.sop))
      return (english ? "the file waits for you at the step "
                      : "berkas menunggu Bapak/Ibu pada tahap ") +
             step_name(visit, context.sop);
    where += (where.empty() ? "" : english ? " and " : " dan ") + step_name(visit, context.sop);
  }
  std::string said = (english ? "the file is at the step " : "berkas berada pada tahap ") + where;
  const Sla service = case_sla(permit, context.sop, context.calendar, context.now);
  if (service.paused)
    return said + (english ? ", its time stands" : ", waktu layanan sedang dijeda");
  if (service.due_at)
    said += (english ? ", due by " : ", batas waktu penyelesaian ") +
            notify::short_moment(context.calendar.local_end(*service.due_at));
  return said;
}

}  // namespace

Replies::Replies(pg::Pool& pool, Rulebook& rulebook, Committer& committer,
                 ComposerSettings settings)
    : pool_(pool), rulebook_(rulebook), committer_(committer), settings_(std::move(settings)) {}

store::NewMessage Replies::reply(const std::string& text, const std::string& number,
                                 Instant now) const {
  store::NewMessage message;
  message.channel = notify::Channel::whatsapp;
  message.address = number;
  message.text = text;
  message.rendered_at = now;
  message.trial = settings_.trial;
  return message;
}

store::NewMessage Replies::to_applicant(const store::StoredPermit& stored,
                                        const std::string& number, const std::string& tongue,
                                        Instant now) const {
  const Permit& permit = stored.permit;
  const Context context = rulebook_.context(rulebook_.sop_version(permit.sop_version),
                                            std::max(now, permit.changed_at));
  store::NewMessage message = reply(kReplyToApplicant, number, now);
  message.recipient = fmt::format("applicant:{}", permit.applicant);
  message.why = Reason::applicant;
  message.name = stored.applicant.name;
  message.thread = permit.number;
  const notify::Texts& texts = settings_.texts->in(tongue);
  message.rendered =
      notify::render(texts, kReplyToApplicant,
                     {{"instansi", settings_.office.name},
                      {"nama_pemohon", stored.applicant.name},
                      {"nomor", permit.number},
                      {"keadaan", standing_of(permit, context, texts.language() == "en")},
                      {"tautan", settings_.office.public_url + "/lacak/" +
                                     LinkKeys::unmarked(stored.tracking_seed)}});
  return message;
}

store::NewMessage Replies::to_officer(const Officer& officer, Instant now) const {
  store::NewMessage message = reply(kReplyToOfficer, officer.whatsapp, now);
  message.recipient = "officer:" + officer.id;
  message.name = officer.name;
  message.rendered = notify::render(texts_for(*settings_.texts, &officer), kReplyToOfficer,
                                    {{"instansi", settings_.office.name},
                                     {"nama_petugas", officer.name},
                                     {"tautan", inbox_link(settings_.office)}});
  return message;
}

store::NewMessage Replies::to_others(const std::string& number, Instant now) const {
  store::NewMessage message = reply(kReplyToOthers, number, now);
  message.recipient = "guest:";
  message.rendered = notify::render(
      *settings_.texts, kReplyToOthers,
      {{"instansi", settings_.office.name}, {"tautan", settings_.office.public_url + "/"}});
  return message;
}

// Each permit keeps it once, however often the provider brings it.
asio::awaitable<void> Replies::keep(const notify::Inbound& message,
                                    const std::vector<std::int64_t>& permits) {
  for (const std::int64_t permit : permits) {
    CommandRequest request;
    request.permit = permit;
    request.actor = {Actor::Kind::applicant, "whatsapp", ""};
    request.command = TakeMessage{message.text};
    request.idempotency.token = -permit;
    const std::string id =
        message.provider_id.empty() ? store::hex(store::random_bytes(16)) : message.provider_id;
    request.idempotency.key = "whatsapp " + store::hex(store::sha256(id));
    request.idempotency.request = store::hex(store::sha256(message.from + '\n' + message.text));
    auto submitting = committer_.submit(std::move(request));
    const CommandAnswer answer = co_await std::move(submitting);
    if (answer.kind == CommandAnswer::Kind::busy) throw std::runtime_error("the database is away");
  }
}

asio::awaitable<void> Replies::take_one(notify::Inbound message) {
  std::vector<std::int64_t> open;
  std::vector<store::NewMessage> answers;
  {
    pg::Pool::Lease lease = co_await pool_.acquire();
    pg::Transaction transaction(*lease);
    pg::Pipeline looking;
    const auto found = store::add_find_by_whatsapp(looking, message.from, kPermitsOfANumber);
    const auto clock = looking.add(store::kMoment);
    const pg::Results asked = co_await transaction.run(std::move(looking));
    const store::Moment moment = asked[clock];
    if (!rulebook_.fresh(moment)) co_await rulebook_.refresh(*lease, moment);
    open = asked[found];
    const std::vector<const Sop*> sops = rulebook_.sops_in_force();
    const CivilDate day =
        sops.empty() ? CivilDate() : rulebook_.context(*sops.front(), moment.now).today();
    const auto officers = find_by_address(rulebook_.people(), message.from, day);

    pg::Pipeline counting;
    const store::PermitLoad load(counting, open, store::Lock::none);
    const auto tongues = store::add_tongues_of(counting, open);
    const auto taken =
        store::add_inbound_turn(counting, message.from, !open.empty() || !officers.empty());
    store::add_forget_inbound(counting);
    const pg::Results counted = co_await transaction.run(std::move(counting));
    const store::InboundTurn turn = counted[taken];
    std::map<std::int64_t, std::string> unreadable;
    const auto permits = load.take_readable(counted, unreadable);
    std::map<std::int64_t, std::string> tongue_of;
    for (store::TongueOf& one : std::vector<store::TongueOf>(counted[tongues]))
      tongue_of[one.permit] = std::move(one.tongue);
    if (turn.kept > kKeptADay) open.clear();
    if (turn.answer_due) {
      std::vector<std::string> versions = rulebook_.unknown_versions(permits);
      if (!versions.empty()) {
        auto trying = rulebook_.try_versions(*lease, std::move(versions));
        co_await std::move(trying);
      }
      for (const auto& [id, stored] : permits)
        if (rulebook_.has_version(stored.permit.sop_version))
          answers.push_back(to_applicant(stored, message.from, tongue_of[id], moment.now));
      if (permits.empty() && !officers.empty())
        answers.push_back(to_officer(*officers.front(), moment.now));
      if (permits.empty() && officers.empty() && turn.strangers < kStrangersAnHour)
        answers.push_back(to_others(message.from, moment.now));
    }
    pg::Pipeline writing;
    for (store::NewMessage& answer : answers) {
      answer.rendered.free_text = true;
      store::add_message(writing, answer);
    }
    if (!answers.empty()) store::add_notify(writing);
    co_await transaction.commit(std::move(writing));
  }
  log_event(Level::info, "message_received",
            {{"from", notify::mask_phone(message.from)},
             {"permits", static_cast<std::int64_t>(open.size())},
             {"answers", static_cast<std::int64_t>(answers.size())}});
  if (!answers.empty() && on_commit_) on_commit_();
  auto keeping = keep(message, open);
  co_await std::move(keeping);
}

asio::awaitable<void> Replies::take(std::vector<notify::Inbound> messages) {
  for (notify::Inbound& one : messages) {
    auto taking = take_one(std::move(one));
    co_await std::move(taking);
  }
}

}  // namespace tenggat::office
