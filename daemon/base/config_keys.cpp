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
constexpr ConfigKey reloads(std::string_view name) {
  return {name, same<Members...>};
}
template <auto Secret, auto... Members>
constexpr ConfigKey file(std::string_view name) {
  return {name, same<Members...>, nullptr, same_content<Secret>};
}
template <auto... Members>
constexpr ConfigKey restarts(std::string_view name) {
  return {name, same<Members...>, keep<Members...>};
}

using C = Config;
using S = Secrets;

constexpr auto kKeys = std::to_array<ConfigKey>({
    reloads<&C::mode>("mode"),
    restarts<&C::database>("database"),
    reloads<&C::database_owner>("database_owner"),
    restarts<&C::listen>("listen"),
    restarts<&C::admin_listen>("admin_listen"),
    restarts<&C::public_url>("public_url"),
    reloads<&C::rules>("rules"),
    reloads<&C::instansi>("instansi"),
    reloads<&C::kalender>("kalender"),
    reloads<&C::undo_window>("undo_window"),
    restarts<&C::state_dir>("state_dir"),
    file<&S::seal_key, &C::seal_key_file>("seal_key_file"),
    file<&S::former_seal_keys, &C::seal_former_key_files>("seal_former_key_files"),
    file<&S::link_keys, &C::link_key_file>("link_key_file"),
    reloads<&C::log, &LogOptions::level>("log.level"),
    reloads<&C::log, &LogOptions::format>("log.format"),
    reloads<&C::email, &C::Email::url>("email.url"),
    reloads<&C::email, &C::Email::from>("email.from"),
    reloads<&C::email, &C::Email::reply_to>("email.reply_to"),
    reloads<&C::email, &C::Email::user>("email.user"),
    file<&S::email_password, &C::email, &C::Email::password_file>("email.password_file"),
    reloads<&C::email, &C::Email::return_path>("email.return_path"),
    reloads<&C::email, &C::Email::tls>("email.tls"),
    reloads<&C::email, &C::Email::messages_a_second>("email.messages_a_second"),
    reloads<&C::whatsapp, &C::Whatsapp::provider>("whatsapp.provider"),
    reloads<&C::whatsapp, &C::Whatsapp::url>("whatsapp.url"),
    reloads<&C::whatsapp, &C::Whatsapp::version>("whatsapp.version"),
    reloads<&C::whatsapp, &C::Whatsapp::phone_number_id>("whatsapp.phone_number_id"),
    reloads<&C::whatsapp, &C::Whatsapp::business_account_id>("whatsapp.business_account_id"),
    file<&S::whatsapp_token, &C::whatsapp, &C::Whatsapp::token_file>("whatsapp.token_file"),
    file<&S::whatsapp_app_secret, &C::whatsapp, &C::Whatsapp::app_secret_file>(
        "whatsapp.app_secret_file"),
    file<&S::whatsapp_verify_token, &C::whatsapp, &C::Whatsapp::verify_token_file>(
        "whatsapp.verify_token_file"),
    reloads<&C::whatsapp, &C::Whatsapp::server>("whatsapp.server"),
    reloads<&C::whatsapp, &C::Whatsapp::session>("whatsapp.session"),
    reloads<&C::whatsapp, &C::Whatsapp::receipt_within>("whatsapp.receipt_within"),
    reloads<&C::whatsapp, &C::Whatsapp::messages_a_second>("whatsapp.messages_a_second"),
    reloads<&C::whatsapp, &C::Whatsapp::person_interval>("whatsapp.person_interval"),
    reloads<&C::portal, &C::Portal::url>("portal.url"),
    file<&S::portal_secrets, &C::portal, &C::Portal::secret_files>("portal.secret_files"),
    reloads<&C::portal, &C::Portal::allow_private>("portal.allow_private"),
    reloads<&C::skm, &C::Survey::url>("skm.url"),
    reloads<&C::kantor, &C::Counter::address>("kantor.alamat"),
    reloads<&C::kantor, &C::Counter::phone>("kantor.telepon"),
    reloads<&C::kantor, &C::Counter::whatsapp>("kantor.whatsapp"),
    reloads<&C::kantor, &C::Counter::map_url>("kantor.peta"),
    reloads<&C::kantor, &C::Counter::apply_url>("kantor.pengajuan"),
    reloads<&C::officers, &C::Officers::group_wait>("officers.group_wait"),
    reloads<&C::officers, &C::Officers::group_interval>("officers.group_interval"),
    reloads<&C::officers, &C::Officers::messages_an_hour>("officers.messages_an_hour"),
    reloads<&C::canary, &C::Canary::every>("canary.every"),
    reloads<&C::canary, &C::Canary::to>("canary.to"),
    restarts<&C::http, &C::Http::header_bytes>("http.header"),
    restarts<&C::http, &C::Http::body_bytes>("http.body"),
    restarts<&C::http, &C::Http::file_bytes>("http.file"),
    restarts<&C::http, &C::Http::permit_file_bytes>("http.permit_files"),
    restarts<&C::http, &C::Http::daily_file_bytes>("http.daily_files"),
    restarts<&C::http, &C::Http::request>("http.request"),
    restarts<&C::http, &C::Http::connections>("http.connections"),
    restarts<&C::http, &C::Http::requests_at_once>("http.requests_at_once"),
    reloads<&C::http, &C::Http::requests_a_minute>("http.requests_a_minute"),
    reloads<&C::http, &C::Http::failures_a_minute>("http.failures_a_minute"),
    restarts<&C::http, &C::Http::proxies>("http.proxies"),
    file<&S::certificate, &C::http, &C::Http::certificate_file>("http.certificate_file"),
    file<&S::key, &C::http, &C::Http::key_file>("http.key_file"),
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
