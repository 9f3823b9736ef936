// An office whose API anybody may knock at: a daemon that refuses nobody for their pace, its
// people, and a token for each of them and for each kind of service.
#pragma once
#include <boost/json.hpp>
#include <string>

#include "tests/support/daemon_process.h"
#include "tests/support/office_load.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {

inline constexpr const char* kOpenOfficeReceiptsKey = "kunci-tanda-tangan";
inline constexpr const char* kOpenOfficeVerifyToken = "token-tantangan";

class OpenOffice {
 public:
  explicit OpenOffice(const std::string& database) : daemon_(options_on(database)) {
    write_file(daemon_.directory() / "app_secret", kOpenOfficeReceiptsKey);
    write_file(daemon_.directory() / "verify_token", kOpenOfficeVerifyToken);
    daemon_.must({"db", "migrate"});
    const OfficeLoad::Tokens staff = OfficeLoad::staff(daemon_);
    tokens_["semua"] = staff.portal;
    tokens_["kd"] = staff.own.at("kd");
    for (const char* officer : {"fo", "bo", "dt", "kdt", "kb", "s"})
      tokens_[officer] = daemon_.new_token({"--officer", officer});
    for (const auto& [service, scope] :
         {std::pair{"portal", "intake"}, std::pair{"meja", "act"}, std::pair{"dasbor", "read"},
          std::pair{"pengurus", "admin"}, std::pair{"surat", "bounce"}})
      tokens_[service] = daemon_.new_token({"--service", service, "--scope", scope});
    daemon_.start();
  }

  DaemonProcess& daemon() { return daemon_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(daemon_.api_port()); }
  const boost::json::object& tokens() const { return tokens_; }
  std::string token(const std::string& whose) const {
    return std::string(tokens_.at(whose).as_string());
  }

 private:
  static DaemonProcess::Options options_on(const std::string& database) {
    DaemonProcess::Options options;
    options.conninfo = shared_postgres().create_database(database);
    options.configuration =
        "email: {url: \"file:mails\", from: \"Perizinan <izin@example.go.id>\"}\n"
        "whatsapp: {url: \"file:mails\", app_secret_file: app_secret, verify_token_file: "
        "verify_token}\n"
        "undo_window: 2s\n"
        "http: {requests_a_minute: 100000000, failures_a_minute: 100000000}\n";
    return options;
  }

  DaemonProcess daemon_;
  boost::json::object tokens_;
};

}  // namespace tenggat::test
