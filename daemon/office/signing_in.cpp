#include "daemon/office/signing_in.h"

#include <algorithm>

#include "daemon/base/link_keys.h"
#include "daemon/base/log.h"
#include "daemon/store/commands.h"
#include "daemon/store/outbox.h"
#include "daemon/store/sessions.h"
#include "notifiers/phone.h"
#include "notifiers/words.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace {

constexpr const char* kText = "tautan_masuk";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// The channel that was typed, where it is configured; else the other one.
bool address(store::NewMessage& message, const Officer& officer, bool typed_email,
             const ComposerSettings& settings) {
  const bool email = settings.email && !officer.email.empty();
  const bool whatsapp = settings.whatsapp && !officer.whatsapp.empty();
  if (!email && !whatsapp) return false;
  const bool by_email = email && (typed_email || !whatsapp);
  message.channel = by_email ? notify::Channel::email : notify::Channel::whatsapp;
  message.address = by_email ? officer.email : officer.whatsapp;
  return true;
}

}  // namespace

std::vector<const Officer*> find_by_address(const People& people, std::string_view typed,
                                            const CivilDate& day) {
  const bool email = typed.find('@') != std::string_view::npos;
  const std::string wanted = email ? lower(typed) : notify::normalise_phone(typed).value_or("");
  std::vector<const Officer*> found;
  if (wanted.empty()) return found;
  for (const Officer& officer : people.officers) {
    if (!officer.ended.empty() && officer.ended <= day) continue;
    if (email ? lower(officer.email) == wanted : officer.whatsapp == wanted)
      found.push_back(&officer);
  }
  return found;
}

std::vector<std::string> who_shares_address(const People& people, const Officer& officer,
                                            const CivilDate& day) {
  std::vector<std::string> ids;
  if (!officer.ended.empty() && officer.ended <= day) return ids;
  for (const std::string& address : {officer.email, officer.whatsapp})
    for (const Officer* other : find_by_address(people, address, day))
      if (other->id != officer.id && std::find(ids.begin(), ids.end(), other->id) == ids.end())
        ids.push_back(other->id);
  return ids;
}

SigningIn::SigningIn(pg::Pool& pool, Rulebook& rulebook, ComposerSettings settings)
    : pool_(pool), rulebook_(rulebook), settings_(std::move(settings)) {}

asio::awaitable<void> SigningIn::send_link(Request request) {
  pg::Pool::Lease lease = co_await pool_.acquire();
  pg::Transaction transaction(*lease);
  pg::Pipeline asking;
  const auto clock = asking.add(store::kMoment);
  const pg::Results asked = co_await transaction.run(std::move(asking));
  const store::Moment moment = asked[clock];
  if (!rulebook_.fresh(moment)) co_await rulebook_.refresh(*lease, moment);
  const std::vector<const Sop*> sops = rulebook_.sops_in_force();
  const Calendar& calendar = rulebook_.calendar(settings_.calendar);
  const CivilDate day =
      sops.empty() ? CivilDate() : rulebook_.context(*sops.front(), moment.now).today();
  // Two who share an address (as they may from before that was refused): neither is let in by it,
  // since the link would be the other's as well.
  const People& people = rulebook_.people();
  const auto by_address = find_by_address(people, request.address, day);
  bool shared = by_address.size() > 1;
  const Officer* found = by_address.size() == 1 ? by_address.front() : nullptr;
  const Officer officer = found ? *found : Officer{};

  store::NewMessage message;
  const bool typed_email = request.address.find('@') != std::string::npos;
  const bool has_channel = found && address(message, officer, typed_email, settings_);
  if (has_channel) shared = find_by_address(people, message.address, day).size() > 1;
  const bool reachable = has_channel && !shared;
  const store::NewLink link{store::new_link_seed(), reachable ? officer.id : "",
                            std::move(request.return_to)};
  pg::Pipeline making;
  const auto made = store::add_sign_in_link(making, link);
  const pg::Results results = co_await transaction.run(std::move(making));
  const std::optional<Instant> ends = results[made];
  if (!ends) {
    log_event(Level::info, "sign_in_link_not_sent",
              {{"why", shared         ? "shared_address"
                       : !found       ? "unknown_address"
                       : !has_channel ? "no_address"
                                      : "too_many_links"}});
    co_await transaction.rollback();
    co_return;
  }
  const LocalTime until = calendar.local(*ends);
  message.recipient = "officer:" + officer.id;
  message.why = Reason::on_duty;
  message.name = officer.name;
  message.text = kText;
  message.rendered_at = moment.now;
  message.trial = settings_.trial;
  const notify::Texts& texts = texts_for(*settings_.texts, &officer);
  message.rendered = notify::render(
      texts, kText,
      {{"instansi", settings_.office.name},
       {"nama_petugas", officer.name},
       {"tautan", settings_.office.public_url + "/masuk/" + LinkKeys::unmarked(link.seed)},
       {"waktu_batas", notify::Speech(tongue_of(texts), calendar).moment_without_zone(*ends)},
       {"zona", until.zone_abbreviation}});
  pg::Pipeline sending;
  store::add_message(sending, message);
  store::add_notify(sending);
  co_await transaction.commit(std::move(sending));
  log_event(Level::info, "sign_in_link_sent", {{"officer", officer.id}});
  if (on_commit_) on_commit_();
}

}  // namespace tenggat::office
