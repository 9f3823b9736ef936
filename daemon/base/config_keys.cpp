#include "daemon/base/config_keys.h"

#include <algorithm>
#include <array>

namespace tenggat {
namespace {

// One field, reached by one member after another.
template <auto First, auto... Rest>
auto& field(auto& whole) {
  if constexpr (sizeof...(Rest) == 0) {
    return whole.*First;
  } else {
    return field<Rest...>(whole.*First);
  }
}

template <auto... Members>
bool same(const Config& a, const Config& b) {
  return field<Members...>(a) == field<Members...>(b);
}
template <auto... Members>
void keep(Config& to, const Config& from) {
  field<Members...>(to) = field<Members...>(from);
}
template <auto Member>
bool same_content(const Secrets& a, const Secrets& b) {
  return a.*Member == b.*Member;
}

template <auto... Members>
constexpr ConfigKey reloads(std::string_view name, std::string_view says) {
  return {name, says, same<Members...>};
}
template <auto Secret, auto... Members>
constexpr ConfigKey file(std::string_view name, std::string_view says) {
  return {name, says, same<Members...>, nullptr, same_content<Secret>};
}
template <auto... Members>
constexpr ConfigKey restarts(std::string_view name, std::string_view says) {
  return {name, says, same<Members...>, keep<Members...>};
}

using C = Config;
using S = Secrets;

constexpr auto kKeys = std::to_array<ConfigKey>({
    reloads<&C::mode>("mode", "live, or trial: decides and records everything, sends nothing"),
    restarts<&C::database>("database", "libpq connection string; several hosts are allowed"),
    reloads<&C::database_owner>(
        "database_owner",
        "the same by which db migrate connects, as the role that owns the database; it then gives "
        "the role of database what a daemon needs and no more (docs/operations.md). Empty: "
        "database, one role for both"),
    restarts<&C::schema>(
        "schema",
        "the schema of that database in which all of this office lies; one database can hold "
        "several offices, each with a schema and a daemon of its own (docs/operations.md)"),
    restarts<&C::listen>("listen", "address of API and pages"),
    restarts<&C::admin_listen>("admin_listen", "address of metrics and probes"),
    restarts<&C::public_url>(
        "public_url", "how the pages are reached from outside: a host of its own, without a path"),
    reloads<&C::rules>("rules", "folder with sop/, calendar/, texts/"),
    reloads<&C::instansi>("instansi", "the agency, as messages name it"),
    reloads<&C::kalender>("kalender", "id of the calendar of office hours"),
    reloads<&C::undo_window>("undo_window",
                             "how long an action can be undone, and its messages wait"),
    restarts<&C::state_dir>("state_dir",
                            "/var/lib/tenggat: what the daemon keeps outside of the database: keys "
                            "that no configuration names, made at the first start (0600), and a "
                            "mark of what the database has given (docs/operations.md)"),
    reloads<&C::backup_stamp>(
        "backup_stamp",
        "a file that each backup touches: tenggat doctor says where the last is older than a day; "
        "empty: it is not looked at"),
    file<&S::seal_key, &C::seal_key_file>(
        "seal_key_file",
        "the key that seals the record once a day and at stop (docs/record.md), and signs "
        "receipts, "
        "Ed25519, as PEM; empty: seal.key in state_dir, made at the first start"),
    file<&S::former_seal_keys, &C::seal_former_key_files>(
        "seal_former_key_files",
        "keys before it, PEM of either half: receipts that they signed are still known"),
    file<&S::link_keys, &C::link_key_file>(
        "link_key_file",
        "the key that makes links open (docs/operations.md), 32 characters or more; a list while "
        "it is rotated: the first makes, of all of them links are taken; none: link.key in "
        "state_dir, made at the first start"),
    reloads<&C::log, &LogOptions::level>("log.level", "debug, info, warning or error"),
    reloads<&C::log, &LogOptions::format>("log.format",
                                          "auto (the journal under systemd, text on a terminal, "
                                          "JSON lines otherwise), journal, text or json"),
    reloads<&C::email, &C::Email::url>("email.url",
                                       "smtp://, smtps://, file:DIR, or empty for none"),
    reloads<&C::email, &C::Email::from>("email.from", "sender"),
    reloads<&C::email, &C::Email::reply_to>("email.reply_to", "where answers go"),
    reloads<&C::email, &C::Email::user>("email.user", "login; goes with email.password_file"),
    file<&S::email_password, &C::email, &C::Email::password_file>(
        "email.password_file", "file with the password of email.user"),
    reloads<&C::email, &C::Email::return_path>("email.return_path",
                                               "where mail comes back to (docs/receipts.md)"),
    reloads<&C::email, &C::Email::tls>("email.tls", "required (relaxed on loopback) or none"),
    reloads<&C::email, &C::Email::messages_a_second>("email.messages_a_second",
                                                     "at most so many; 0: no limit"),
    reloads<&C::whatsapp, &C::Whatsapp::provider>("whatsapp.provider",
                                                  "meta, fonnte, wablas, waha, webhook"),
    reloads<&C::whatsapp, &C::Whatsapp::url>("whatsapp.url",
                                             "replaces the provider's address, or file:DIR"),
    reloads<&C::whatsapp, &C::Whatsapp::version>("whatsapp.version", "of Meta's Graph API"),
    reloads<&C::whatsapp, &C::Whatsapp::phone_number_id>("whatsapp.phone_number_id",
                                                         "Meta: the number that sends"),
    reloads<&C::whatsapp, &C::Whatsapp::business_account_id>(
        "whatsapp.business_account_id",
        "Meta: the account whose templates are asked for once an hour; empty: not asked"),
    file<&S::whatsapp_token, &C::whatsapp, &C::Whatsapp::token_file>(
        "whatsapp.token_file", "file with the provider's token"),
    file<&S::whatsapp_app_secret, &C::whatsapp, &C::Whatsapp::app_secret_file>(
        "whatsapp.app_secret_file", "file with the key of the receipts (docs/receipts.md)"),
    file<&S::whatsapp_verify_token, &C::whatsapp, &C::Whatsapp::verify_token_file>(
        "whatsapp.verify_token_file", "file with the answer to Meta's challenge"),
    reloads<&C::whatsapp, &C::Whatsapp::server>("whatsapp.server",
                                                "Wablas: the name before .wablas.com"),
    reloads<&C::whatsapp, &C::Whatsapp::session>("whatsapp.session",
                                                 "WAHA: the session; empty: default"),
    reloads<&C::whatsapp, &C::Whatsapp::receipt_within>("whatsapp.receipt_within",
                                                        "no receipt by then counts as undelivered"),
    reloads<&C::whatsapp, &C::Whatsapp::messages_a_second>("whatsapp.messages_a_second",
                                                           "at most so many; 0: no limit"),
    reloads<&C::whatsapp, &C::Whatsapp::person_interval>("whatsapp.person_interval",
                                                         "between two messages to one person"),
    reloads<&C::portal, &C::Portal::url>("portal.url",
                                         "where changes are posted, or file:DIR; empty for none"),
    file<&S::portal_secrets, &C::portal, &C::Portal::secret_files>(
        "portal.secret_files", "files with secrets; each signs what is posted"),
    reloads<&C::portal, &C::Portal::allow_private>(
        "portal.allow_private", "private and loopback addresses may be called, http too"),
    reloads<&C::skm, &C::Survey::url>(
        "skm.url", "the survey of satisfaction; empty: texts leave the sentence out"),
    reloads<&C::kantor, &C::Counter::address>(
        "kantor.alamat",
        "where citizens find the office: on / and on tracking pages; empty, as the next: left out"),
    reloads<&C::kantor, &C::Counter::phone>("kantor.telepon", "its telephone, as people write it"),
    reloads<&C::kantor, &C::Counter::whatsapp>("kantor.whatsapp",
                                               "its WhatsApp number, as people write it"),
    reloads<&C::kantor, &C::Counter::map_url>("kantor.peta", "the address of a map"),
    reloads<&C::kantor, &C::Counter::apply_url>("kantor.pengajuan",
                                                "where new applications are made"),
    reloads<&C::officers, &C::Officers::group_wait>(
        "officers.group_wait", "how long the first notice to an officer waits for others"),
    reloads<&C::officers, &C::Officers::group_interval>(
        "officers.group_interval",
        "the least time between two messages to one officer about open tasks"),
    reloads<&C::officers, &C::Officers::messages_an_hour>("officers.messages_an_hour",
                                                          "to one officer, at most"),
    reloads<&C::canary, &C::Canary::every>("canary.every",
                                           "how often an artificial overdue step is let out"),
    reloads<&C::canary, &C::Canary::to>("canary.to", "whom its escalation goes to; empty for none"),
    reloads<&C::retention, &C::Retention::closed>(
        "retention.closed",
        "how long a permit is kept after its last change: 10y; empty: for ever"),
    reloads<&C::retention, &C::Retention::messages>(
        "retention.messages", "the same of messages, from their rendering on"),
    reloads<&C::retention, &C::Retention::files>(
        "retention.files", "the same of files of permits, after the permit's last change"),
    reloads<&C::retention, &C::Retention::answers>("retention.answers",
                                                   "of answers to requests that may come again"),
    restarts<&C::http, &C::Http::header_bytes>("http.header", "of one request, at most"),
    restarts<&C::http, &C::Http::body_bytes>("http.body",
                                             "of one request, at most; files have http.file"),
    restarts<&C::http, &C::Http::file_bytes>("http.file",
                                             "one file, or all files of one form, at most"),
    restarts<&C::http, &C::Http::permit_file_bytes>("http.permit_files",
                                                    "the files of one permit together"),
    restarts<&C::http, &C::Http::daily_file_bytes>("http.daily_files",
                                                   "what one token or session sends on one day"),
    restarts<&C::http, &C::Http::request>(
        "http.request",
        "from the first byte of a request to its answer; a file: as long as it comes"),
    restarts<&C::http, &C::Http::connections>(
        "http.connections", "open at once; one address holds a sixteenth of them"),
    restarts<&C::http, &C::Http::requests_at_once>("http.requests_at_once", "of one token"),
    reloads<&C::http, &C::Http::requests_a_minute>("http.requests_a_minute", "of one token"),
    reloads<&C::http, &C::Http::failures_a_minute>("http.failures_a_minute", "of one network"),
    restarts<&C::http, &C::Http::proxies>("http.proxies", "whose X-Forwarded-For is believed"),
    file<&S::certificate, &C::http, &C::Http::certificate_file>(
        "http.certificate_file", "certificate with its issuers, PEM: TLS on listen"),
    file<&S::key, &C::http, &C::Http::key_file>("http.key_file", "its key, PEM"),
});

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

std::vector<std::string_view> keys_in(std::string_view map) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : kKeys) {
    const auto dot = key.name.find('.');
    const std::string_view part = key.name.substr(0, dot == std::string_view::npos ? 0 : dot);
    std::string_view name = key.name;
    if (part == map) {
      if (dot != std::string_view::npos) name.remove_prefix(dot + 1);
    } else if (map.empty()) {
      name = part;  // the map that holds it
    } else {
      continue;
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::vector<std::string_view> changed_keys(const Config& config, const Secrets& secrets,
                                           const Config& before, const Secrets& secrets_before) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : kKeys)
    if (!key.same(config, before) ||
        (key.same_content && !key.same_content(secrets, secrets_before)))
      names.push_back(key.name);
  return names;
}

std::vector<std::string_view> keep_until_restart(Config& config, const Config& started) {
  std::vector<std::string_view> names;
  for (const ConfigKey& key : kKeys) {
    if (!key.keep || key.same(config, started)) continue;
    names.push_back(key.name);
    key.keep(config, started);
  }
  return names;
}

}  // namespace tenggat
