// The daemon's configuration file (docs/reference.md, Configuration): a plain value with its
// defaults in place.
//
// load_config() opens no file and reads no environment: what it returns depends on the file's name
// and text alone. A relative path in the file means "beside the file": `rules`, `state_dir` and the
// DIR of "file:DIR" are joined to the folder of the file's name. `*_file` stay as written,
// read_secrets() looks them up.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "daemon/base/log.h"
#include "daemon/base/network.h"
#include "notifiers/transfer.h"
#include "rules/error.h"

namespace tenggat {

// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address). Port 0 lets the system choose.
struct Endpoint {
  std::string host;  // without brackets; empty: every address
  std::uint16_t port = 0;
  std::string to_string() const;
  bool operator==(const Endpoint&) const = default;
};

struct Config {
  enum class Mode { live, trial };  // trial: decides and records everything, sends nothing
  enum class Provider { meta, fonnte, wablas, waha, webhook };

  // An empty `url` turns a channel off. "file:DIR" writes each message as one file into DIR.
  struct Email {
    std::string url = "smtp://127.0.0.1:25";  // smtp, smtps or file
    std::string from = "Tenggat <tenggat@localhost>";
    std::string reply_to;
    std::string user;
    std::string password_file;
    std::string return_path;    // where bounces go; empty: the address of `from`
    int messages_a_second = 0;  // at most; 0: no limit
    // required or none in the file; `required` is relaxed on loopback by who sends.
    notify::Tls tls = notify::Tls::required;
    bool enabled() const { return !url.empty(); }
  };

  struct Whatsapp {
    Provider provider = Provider::meta;
    std::string url;  // http, https: instead of the provider's own base address; or file
    std::string version = "v23.0";  // of Meta's Graph API
    std::string phone_number_id;    // Meta
    // Meta: the account that the templates belong to; empty: how they stand there is not asked.
    std::string business_account_id;
    std::string token_file;         // Meta, Fonnte, Wablas (TOKEN.SECRET), WAHA (X-Api-Key)
    std::string app_secret_file;    // Meta, WAHA: key of the receipts' signature; Fonnte, Wablas:
                                    // their secret path
    std::string verify_token_file;  // Meta: the challenge
    std::string server;             // Wablas: the name before .wablas.com
    std::string session;            // WAHA; empty means "default"
    std::chrono::seconds receipt_within =
        std::chrono::minutes{15};  // no receipt by then: undelivered
    // At most, and the time between two to one person; 0: no limit. Left out of the file: what Meta
    // allows, and no limit for the others.
    int messages_a_second = 80;
    std::chrono::seconds person_interval{6};
    // On once something says where to send: a token, or an address of one's own.
    bool enabled() const { return !token_file.empty() || !url.empty(); }
  };

  struct Portal {
    std::string url;
    std::vector<std::string> secret_files;  // several while a secret rotates; each signs
    bool allow_private = false;             // private and loopback addresses may be called
    bool enabled() const { return !url.empty(); }
  };

  // The survey of public satisfaction (Survei Kepuasan Masyarakat) that applicants are asked to.
  struct Survey {
    std::string url;  // skm.url; empty: nobody is asked
  };

  // Where citizens find the office; each may be empty, and is left out then.
  struct Counter {
    std::string address;    // kantor.alamat
    std::string phone;      // kantor.telepon, as people write it
    std::string whatsapp;   // kantor.whatsapp, likewise
    std::string map_url;    // kantor.peta
    std::string apply_url;  // kantor.pengajuan: where new applications are made
  };

  struct Officers {
    std::chrono::seconds group_wait = std::chrono::minutes{2};
    std::chrono::seconds group_interval = std::chrono::minutes{10};
    int messages_an_hour = 12;
  };

  // A step that goes overdue on purpose and is escalated to this address, so that a metric shows
  // when the whole way was last open.
  struct Canary {
    std::chrono::seconds every = std::chrono::minutes{15};
    std::string to;  // an email address or a WhatsApp number nobody reads; empty: off
  };

  // How long what is done with is kept; without a time: for ever. Source: docs/operations.md.
  struct Retention {
    std::optional<std::chrono::days> closed;    // permits, from their last change on
    std::optional<std::chrono::days> messages;  // from their rendering on
    std::optional<std::chrono::days> files;     // of permits, from their last change on
    std::chrono::days answers{7};               // to requests that may come again
  };

  struct Http {
    std::size_t header_bytes = 16 * 1024;             // http.header
    std::size_t body_bytes = 1024 * 1024;             // http.body
    std::size_t file_bytes = 20 * 1024 * 1024;        // http.file
    std::uint64_t permit_file_bytes = 200ULL << 20U;  // http.permit_files: together
    std::uint64_t daily_file_bytes = 2048ULL << 20U;  // http.daily_files: of one token
    std::chrono::seconds request{30};                 // http.request: from first byte to answer
    int connections = 1024;                           // http.connections: open at once
    int requests_at_once = 1024;                      // http.requests_at_once: of one token
    int requests_a_minute = 6000;                     // http.requests_a_minute: of one token
    int failures_a_minute = 60;    // http.failures_a_minute: of one network: secrets that are none
    std::vector<Network> proxies;  // http.proxies: whose X-Forwarded-For is believed
    std::string certificate_file;  // http.certificate_file, PEM with its issuers; empty: no TLS
    std::string key_file;          // http.key_file, PEM
    bool tls() const { return !certificate_file.empty(); }
  };

  Mode mode = Mode::live;
  std::string database = "host=/run/postgresql dbname=tenggat user=tenggat";  // libpq conninfo
  std::string database_owner;  // libpq conninfo, by which `db migrate` connects; empty: `database`
  std::string schema = "public";  // of the database: all of this office is in it
  Endpoint listen{"127.0.0.1", 8080};
  Endpoint admin_listen{"127.0.0.1", 9464};
  std::string public_url;  // no slash at the end; left out of the file: http:// and `listen`
  std::string rules = "/etc/tenggat/rules";          // sop/*.yaml  calendar/*.yaml  texts/*.yaml
  std::string instansi = "DPMPTSP Kota Banjarbaru";  // the agency, as messages name it
  std::string kalender = "banjarbaru";               // id of the calendar of office hours
  std::chrono::seconds undo_window = std::chrono::minutes{2};
  std::string state_dir = "/var/lib/tenggat";  // what is kept outside of the database
  std::string backup_stamp;   // a file that each backup touches; empty: nobody knows their age
  std::string seal_key_file;  // PEM; empty: that of state_dir
  std::vector<std::string> seal_former_key_files;  // PEM; what was signed before still holds
  std::vector<std::string> link_key_file;  // several while one rotates; none: that of state_dir
  LogOptions log;
  Email email;
  Whatsapp whatsapp;
  Portal portal;
  Officers officers;
  Canary canary;
  Retention retention;
  Http http;
  Survey skm;
  Counter kantor;
};

const char* to_string(Config::Provider provider);  // as the file has it

// Refuses unknown and duplicate keys, values of the wrong shape and combinations that cannot work,
// all at once, each with file, line and column. Durations are `30s`, `2m`, `1h`; sizes `512`,
// `16KiB`, `1MiB`.
Loaded<Config> load_config(const SourceFile& file);

}  // namespace tenggat
