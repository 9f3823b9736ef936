// The machine: what stands on its disk, what it can reach, what time it has, and the daemon on it.
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <boost/url/parse.hpp>
#include <cerrno>
#include <memory>

#include "daemon/base/certificate.h"
#include "daemon/base/config_values.h"
#include "daemon/base/resources.h"
#include "daemon/base/state_dir.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/print.h"

namespace tenggat::cli {
namespace {

namespace fs = std::filesystem;

constexpr Seconds kCertificateAhead{14 * 24 * 3600};
constexpr Seconds kBackupAge{26 * 3600};  // one a day, and what it takes
constexpr std::uint64_t kFreeMin = 256ULL << 20U;
constexpr int kReachMs = 3000;

bool open_to_others(const fs::path& file) {
  struct stat there {};
  return ::stat(file.c_str(), &there) == 0 && (there.st_mode & 077U) != 0;
}

// Whether somebody takes a connection there; each of its addresses is tried.
bool reaches(const std::string& host, const std::string& port) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  for (const addrinfo* one = found; one; one = one->ai_next) {
    const int fd =
        ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, one->ai_protocol);
    if (fd < 0) continue;
    int failed = ::connect(fd, one->ai_addr, one->ai_addrlen) == 0 ? 0 : errno;
    pollfd waiting{fd, POLLOUT, 0};
    socklen_t size = sizeof failed;
    if (failed == EINPROGRESS && (::poll(&waiting, 1, kReachMs) != 1 ||
                                  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) != 0))
      failed = ETIMEDOUT;
    ::close(fd);
    if (failed == 0) return true;
  }
  return false;
}

// Of a channel's address: a folder that can be written into, or a server that can be reached.
void look_at_address(std::string_view channel, const std::string& url, Findings& found) {
  if (is_file(url)) {
    const std::string folder = url.substr(url.find(':') + 1);
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
      found.push_back(
          fault(fmt::format("{} goes to {}, which cannot be written into", channel, folder),
                "make the folder, for the user tenggat"));
    return;
  }
  const auto parts = boost::urls::parse_uri(url);
  if (!parts) return;
  const std::string host(parts->host_address());
  const std::string port(parts->has_port()           ? std::string(parts->port())
                         : url.starts_with("smtps:") ? "465"
                         : url.starts_with("smtp:")  ? "25"
                         : url.starts_with("https:") ? "443"
                                                     : "80");
  if (!reaches(host, port))
    found.push_back(
        fault(fmt::format("{} goes to {}:{}, where nobody answers", channel, host, port),
              "start that server, or mend the address in the configuration"));
}

std::string host_of(const std::string& url) {
  const auto parts = boost::urls::parse_uri(url);
  return parts ? std::string(parts->host_address()) : std::string();
}

}  // namespace

Findings look_at_memory(const Patient& patient) {
  const Resources resources = resources_of(patient.config);
  const std::size_t sum = memory_of(resource_ledger(resources));
  const auto allowed = memory_allowed();
  const std::string held = fmt::format("up to {} may be held at once", size_words(sum));
  if (!allowed) return {unknown(held + "; no MemoryMax= is known here")};
  const std::string both = fmt::format("{}, {} are allowed", held, size_words(*allowed));
  if (!refuse_resources(resources, allowed)) return {well(both)};
  return {fault(both,
                "lower http.connections, http.header or http.body, or raise MemoryMax= (systemctl "
                "edit tenggatd)")};
}

Findings look_at_secrets(const Patient& patient) {
  Findings found;
  if (!patient.secrets)
    for (const Fault& one : patient.secrets.error())
      found.push_back(
          fault(one.to_string(), "put the file there, below credentials/ for root alone"));
  std::error_code error;
  for (const auto& entry :
       fs::directory_iterator(patient.file.parent_path() / "credentials", error))
    if (open_to_others(entry.path()))
      found.push_back(fault(fmt::format("{} can be read by others", entry.path().string()),
                            fmt::format("chmod 600 {}", entry.path().string())));
  struct stat there {};
  if (patient.config.database.find("password=") != std::string::npos &&
      ::stat(patient.file.c_str(), &there) == 0 && (there.st_mode & 007U) != 0)
    found.push_back(fault(
        fmt::format("{} holds a password and can be read by everybody", patient.file.string()),
        "peer login or ~/.pgpass instead; chmod 640, group tenggat"));
  return or_well(std::move(found), "each that is named is there, and for its owner alone");
}

Findings look_at_keys(const Patient& patient) {
  const Config& config = patient.config;
  Findings found;
  const auto look = [&](bool named, const fs::path& file, std::string_view what) {
    if (named) return;
    std::error_code error;
    if (!fs::exists(file, error))
      found.push_back(fault(fmt::format("{}, {}, is not there", file.string(), what),
                            "bring it back from its copy; where there never was one, start the "
                            "daemon, which makes it"));
    else if (open_to_others(file))
      found.push_back(fault(fmt::format("{}, {}, can be read by others", file.string(), what),
                            fmt::format("chmod 600 {}", file.string())));
  };
  look(!config.seal_key_file.empty(), own_seal_key(config), "which seals the record");
  look(!config.link_key_file.empty(), own_link_key(config), "which makes links open");
  return or_well(std::move(found), "there, and for their owner alone");
}

Findings look_at_disk(const Patient& patient) {
  const std::string& folder = patient.config.state_dir;
  struct statvfs room {};
  if (::statvfs(folder.c_str(), &room) != 0)
    return {fault(fmt::format("state_dir {} is not there", folder),
                  "start the daemon under its unit, which makes it, or mend `state_dir`")};
  const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
  const double in_gibibytes = static_cast<double>(free) / (1U << 30U);
  if (free < kFreeMin)
    return {fault(fmt::format("{:.1f} GiB free where state_dir is", in_gibibytes),
                  "make room: what was given cannot be marked outside the database")};
  if ((room.f_flag & ST_RDONLY) != 0)
    return {fault(fmt::format("state_dir {} is read-only", folder), "mount it for writing")};
  return {well(fmt::format("{:.1f} GiB free where state_dir is", in_gibibytes))};
}

Findings look_at_backup(const Patient& patient) {
  const std::string& stamp = patient.config.backup_stamp;
  if (stamp.empty()) return {unknown("`backup_stamp` names no file that a backup touches")};
  struct stat there {};
  const std::string remedy = "mend the backup, and let it `touch` that file once it has ended well";
  if (::stat(stamp.c_str(), &there) != 0)
    return {fault(fmt::format("{} is not there: no backup has ended well", stamp), remedy)};
  const std::int64_t age = patient.now.time_since_epoch().count() - there.st_mtim.tv_sec;
  if (age > kBackupAge.count())
    return {fault(fmt::format("the last one is {} hours old", age / 3600), remedy)};
  return {well(fmt::format("the last one is {} hours old", age / 3600))};
}

Findings look_at_certificate(const Patient& patient) {
  if (!patient.config.http.tls()) return {well("none is configured: a proxy ends TLS")};
  if (!patient.secrets) return {unknown("its files cannot be read")};
  const std::string host = host_of(patient.config.public_url);
  const auto facts = certificate_facts(patient.secrets->certificate, patient.secrets->key, host);
  if (!facts)
    return {fault("certificate or key are none", "PEM files, the certificate with its issuers")};
  Findings found;
  const std::string renew = "renew it, then `systemctl reload tenggatd` (as a credential: restart)";
  if (!facts->fits_key) found.push_back(fault("the key is another certificate's", renew));
  if (!facts->names_host)
    found.push_back(fault(fmt::format("it does not name {}, the host of public_url", host), renew));
  const std::string end = instant_text(facts->not_after, nullptr);
  if (facts->not_after <= patient.now)
    found.push_back(fault("it has ended at " + end, renew));
  else if (facts->not_after < patient.now + kCertificateAhead)
    found.push_back(fault("it ends at " + end, renew));
  return or_well(std::move(found), "good until " + end);
}

Findings look_at_pages(const Patient& patient) {
  const std::string& url = patient.config.public_url;
  if (url.starts_with("http://") && !is_loopback(url))
    return {
        fault(fmt::format("{}: links that open files and sessions go over the net in clear", url),
              "https in public_url, by nginx or Caddy before the daemon or by "
              "http.certificate_file")};
  const std::string& listen = patient.config.listen.host;
  const bool everywhere = listen.empty() || listen == "0.0.0.0" || listen == "::";
  if (everywhere && url.starts_with("https://") && !patient.config.http.tls())
    return {fault("`listen` is every address without TLS: visitors may pass the proxy by",
                  "listen: 127.0.0.1:8080 where the proxy is on this machine")};
  return {well(url)};
}

Findings look_at_channels(const Patient& patient) {
  const Config& config = patient.config;
  if (config.mode == Config::Mode::trial) return {unknown("mode is trial: nothing is sent")};
  if (!config.email.enabled() && !config.whatsapp.enabled())
    return {fault("mail and WhatsApp are off: nobody can be told anything",
                  "email.url, or whatsapp.token_file, in the configuration")};
  Findings found;
  if (config.email.enabled()) look_at_address("mail", config.email.url, found);
  if (config.whatsapp.enabled() && !config.whatsapp.url.empty())
    look_at_address("WhatsApp", config.whatsapp.url, found);
  if (config.portal.enabled())
    look_at_address("what is posted to the portal", config.portal.url, found);
  return or_well(std::move(found), "those that are on can be reached");
}

Findings look_at_time(const Patient&) {
  timex asked{};
  const int state = ::adjtimex(&asked);
  if (state < 0) return {unknown("the kernel does not say whether the clock is synchronised")};
  const bool adrift = state == TIME_ERROR || (asked.status & STA_UNSYNC) != 0;
  if (adrift && fs::exists("/run/systemd/container"))
    return {unknown("a container has its host's clock, which is not said to be synchronised")};
  if (adrift)
    return {fault("this machine's clock is synchronised with none",
                  "timedatectl set-ntp true (systemd-timesyncd), or chrony")};
  return {well("the clock is synchronised")};
}

Findings look_at_daemon(const Patient& patient) {
  const OfDaemon& daemon = patient.daemon;
  const std::string at = patient.config.admin_listen.to_string();
  if (daemon.status == 0)
    return {fault(fmt::format("none answers at {}", at),
                  "systemctl start tenggatd; `journalctl -u tenggatd` says why it ended")};
  Findings found;
  if (daemon.status != 200)
    found.push_back(fault(fmt::format("it is not ready: {}", printable(daemon.ready)),
                          "what it names; `journalctl -u tenggatd` says more"));
  if (daemon.metrics.find("tenggat_config_last_reload_successful 0") != std::string::npos)
    found.push_back(fault("its last reload was refused: it runs on what it had before",
                          "tenggatd --check names the faults; then systemctl reload tenggatd"));
  return or_well(std::move(found), fmt::format("ready at {}", at));
}

}  // namespace tenggat::cli
