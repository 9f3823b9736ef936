// The configuration file may hold anything an operator types. A refusal names each fault and its
// place; what is taken is within its bounds, and a reload of the same file changes nothing.
#include "daemon/base/config.h"

#include <filesystem>

#include "daemon/base/config_keys.h"
#include "notifiers/utf8.h"
#include "tests/fuzz/check.h"

namespace tenggat {
namespace {

using fuzz::check;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

template <class Value>
bool within(Value value, Value low, Value high) {
  return low <= value && value <= high;
}

void check_texts(const Config& config) {
  for (const std::string* text : {&config.public_url,        &config.rules,
                                  &config.instansi,          &config.kalender,
                                  &config.email.url,         &config.email.from,
                                  &config.email.reply_to,    &config.email.user,
                                  &config.email.return_path, &config.whatsapp.url,
                                  &config.whatsapp.version,  &config.whatsapp.phone_number_id,
                                  &config.whatsapp.server,   &config.whatsapp.session,
                                  &config.portal.url,        &config.canary.to,
                                  &config.skm.url,           &config.listen.host,
                                  &config.admin_listen.host, &config.state_dir})
    check(!notify::has_control_byte(*text), "what goes into a header or a link is one line");
  check(!config.public_url.empty() && !config.public_url.ends_with('/'),
        "links begin with public_url");
  check(config.public_url.starts_with("http://") || config.public_url.starts_with("https://"),
        "which is of the web");
  check(!config.instansi.empty() && !config.kalender.empty() && !config.rules.empty(),
        "what an office needs is there");
}

void check_numbers(const Config& config) {
  check(within(config.undo_window, seconds{0}, seconds{hours{1}}), "undo_window is bounded");
  check(within(config.officers.group_wait, seconds{0}, seconds{hours{24}}), "group_wait, too");
  check(within(config.officers.group_interval, seconds{0}, seconds{hours{24}}), "group_interval");
  check(within(config.officers.messages_an_hour, 1, 10'000), "messages_an_hour");
  check(within(config.canary.every, seconds{minutes{5}}, seconds{hours{24}}), "canary.every");
  check(config.http.connections > 0 && config.http.requests_at_once > 0, "somebody is served");
  check(config.http.header_bytes > 0 && config.http.header_bytes < (std::size_t{1} << 31U),
        "a head has a size that fits");
  check(config.http.body_bytes > 0 && config.http.file_bytes > 0, "so do bodies");
  check(config.http.request.count() > 0, "a request has its time");
  check(config.email.messages_a_second >= 0 && config.whatsapp.messages_a_second >= 0 &&
            config.whatsapp.person_interval.count() >= 0,
        "rates are not negative");
}

void check_together(const Config& config) {
  check(config.listen != config.admin_listen || config.listen.port == 0, "listeners differ");
  check(config.http.certificate_file.empty() == config.http.key_file.empty(), "TLS is whole");
  check(config.email.user.empty() == config.email.password_file.empty(), "a login is whole");
  const bool plain = config.portal.url.starts_with("http:");
  check(!plain || config.portal.allow_private, "no event travels in the open unless allowed");
  check(config.canary.to.empty() || config.email.enabled() || config.whatsapp.enabled(),
        "the canary has a channel");
}

}  // namespace
}  // namespace tenggat

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace tenggat;
  const std::string name = "/etc/tenggat/tenggat.yaml";
  const auto config = load_config({name, {reinterpret_cast<const char*>(bytes), size}});
  if (!config) {
    fuzz::check_faults(config.error(), {name});
    return 0;
  }
  check_texts(*config);
  check_numbers(*config);
  check_together(*config);
  check(std::filesystem::path(config->rules).is_absolute(), "rules are beside the file");
  check(changed_keys(*config, {}, *config, {}).empty(), "the same file changes nothing");
  Config kept = *config;
  check(keep_until_restart(kept, *config).empty(), "and asks for no restart");
  return 0;
}
