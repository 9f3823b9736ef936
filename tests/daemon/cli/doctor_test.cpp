// What is planted into an office that is well, one fault after the other: the doctor names each and
// what mends it, and says nothing of it before and after.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>

#include "daemon/base/signing.h"
#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"
#include "tests/support/scripted_server.h"
#include "tests/support/tls_client.h"

namespace tenggat::cli {
namespace {

namespace fs = std::filesystem;
using test::Ran;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

// The daemon's own listener, as far as the doctor asks it.
class FakeDaemon {
 public:
  int port() const { return server_.port(); }
  void says(int status, const std::string& ready, const std::string& metrics) {
    const std::lock_guard held(mutex_);
    status_ = status;
    ready_ = ready;
    metrics_ = metrics;
  }

 private:
  void answer(std::iostream& peer) {
    const std::string request = test::read_line(peer);
    while (!test::read_line(peer).empty()) {
    }
    const std::lock_guard held(mutex_);
    const bool probe = request.find("/readyz") != std::string::npos;
    const std::string& body = probe ? ready_ : metrics_;
    peer << "HTTP/1.1 " << (probe ? status_ : 200) << " x\r\nContent-Length: " << body.size()
         << "\r\nConnection: close\r\n\r\n"
         << body << std::flush;
  }

  std::mutex mutex_;
  int status_ = 200;
  std::string ready_ = "ok", metrics_ = "tenggat_config_last_reload_successful 1\n";
  test::ScriptedServer server_{[this](std::iostream& peer) { answer(peer); }};
};

struct Plant {
  std::string check, says;
  std::function<void()> plant, mend;
};

class Doctor : public test::OnDatabase {
 protected:
  using Settings = std::map<std::string, std::string>;

  Doctor() {
    fs::copy(test::shipped_rules(), folder_.path() / "rules", fs::copy_options::recursive);
    fs::create_directory(folder_.path() / "mails");
    fs::create_directory(folder_.path() / "credentials");
    fs::create_directory(folder_.path() / "state");
    write_key("seal.key");
    write_key("link.key");
    write({});
    migrate();
    if (!connection_) connection_.emplace(connect());
    const auto files = load_rule_files(folder_.path() / "rules");
    test::await(io_, bring_in(*connection_, *files));
    for (const char* role : {"front_office", "back_office", "dinas_teknis", "kepala_dinas_teknis",
                             "kabid_perizinan", "sekretaris", "kepala_dinas", "admin"})
      must({"officer", "add", "--id", role, "--name", "Petugas", "--role", role, "--email",
            fmt::format("{}@example.go.id", role)});
  }

  void write_key(const std::string& name) {
    const std::string key = name == "seal.key" ? new_signing_key() : std::string(64, 'a');
    const std::string file = folder_.write("state/" + name, key);
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  }
  // The configuration, with these lines in place of its own.
  void write(const Settings& other) {
    Settings lines{{"database", quoted(test::TestPostgres::as_daemon(conninfo_))},
                   {"database_owner", quoted(test::TestPostgres::as_owner(conninfo_))},
                   {"rules", "rules"},
                   {"state_dir", "state"},
                   {"public_url", "http://127.0.0.1:8080"},
                   {"admin_listen", fmt::format("127.0.0.1:{}", daemon_.port())},
                   {"email", "{url: \"file:mails\", from: izin@example.go.id}"}};
    for (const auto& [key, value] : other) lines.insert_or_assign(key, value);
    std::string text;
    for (const auto& [key, value] : lines) text += fmt::format("{}: {}\n", key, value);
    tool_.environment["TENGGAT_CONFIG"] = folder_.write("tenggat.yaml", text);
  }
  static std::string quoted(const std::string& text) { return "\"" + text + "\""; }
  void must(const std::vector<std::string>& arguments) {
    const Ran ran = run(arguments);
    ASSERT_EQ(ran.code, kOk) << ran;
  }
  fs::path in(const std::string& name) const { return folder_.path() / name; }
  void append(const std::string& name, const std::string& text) {
    std::ofstream(in(name), std::ios::app) << text;
  }
  void replace(const std::string& name, const std::string& from, const std::string& to) {
    std::string text = test::whole_text(in(name));
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << name << " has no " << from;
    std::ofstream(in(name)) << text.replace(at, from.size(), to);
  }
  void restore(const std::string& name) {
    fs::copy_file(test::shipped_rules() / name, in("rules/" + name),
                  fs::copy_options::overwrite_existing);
  }
  void add_message(const std::string& state, const std::string& since) {
    sql(fmt::format(
        "INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
        " template, rendered_at, state, next_attempt_at) VALUES ('officer:siti', 'on_duty', "
        "'email',"
        " 'a@example.go.id', 'Siti', 'mulai', '', '', '[]', '', now(), '{}',"
        " clock_timestamp() - interval '{}')",
        state, since));
  }
  void set_certificate(const test::CertificatePair& pair, const std::string& key,
                       const std::string& host) {
    folder_.write("certificate", pair.certificate);
    folder_.write("key", key);
    write({{"public_url", "https://" + host},
           {"http", "{certificate_file: certificate, key_file: key, proxies: [127.0.0.1]}"}});
  }

  using Step = std::function<void()>;
  Step with(const Settings& settings) {
    return [this, settings] { write(settings); };
  }
  Step unwritten() { return with({}); }
  Step does(const std::string& statement) {
    return [this, statement] { sql(statement); };
  }
  std::vector<Plant> of_server() {
    const std::string name = sql("SELECT current_database()");
    return {
        {"database", "08", with({{"database", "\"host=/nowhere user=x\""}}), unwritten()},
        {"server", "synchronous_commit is off",
         does("ALTER DATABASE " + name + " SET synchronous_commit = off"),
         does("ALTER DATABASE " + name + " RESET synchronous_commit")},
        {"server", "sessions are read-only",
         does("ALTER DATABASE " + name + " SET default_transaction_read_only = on"),
         does("SET default_transaction_read_only = off; ALTER DATABASE " + name +
              " RESET default_transaction_read_only")},
        {"server", "statement_timeout is set",
         does("ALTER ROLE tenggat_daemon IN DATABASE " + name + " SET statement_timeout = 5000"),
         does("ALTER ROLE tenggat_daemon IN DATABASE " + name + " RESET statement_timeout")},
        {"server", "autovacuum is off for message",
         does("ALTER TABLE message SET (autovacuum_enabled = false)"),
         does("ALTER TABLE message RESET (autovacuum_enabled)")},
        {"server", "pg_trgm lies in the schema public",
         does("ALTER EXTENSION pg_trgm SET SCHEMA public"),
         does("ALTER EXTENSION pg_trgm SET SCHEMA tenggat_extensions")},
        {"database", "migration 0001_tenggat differs", with({{"schema", "lain"}}), unwritten()},
        {"role", "may UPDATE event", does("GRANT UPDATE ON event TO tenggat_daemon"),
         does("REVOKE UPDATE ON event FROM tenggat_daemon")},
        {"role", "may not read or add to message",
         does("REVOKE INSERT ON message FROM tenggat_daemon"),
         does("GRANT INSERT ON message TO tenggat_daemon")},
    };
  }
  std::vector<Plant> of_rules() {
    return {
        {"rules", "paud.yaml:", [this] { append("rules/sop/paud.yaml", "\nkunci_asing: 1\n"); },
         [this] { restore("sop/paud.yaml"); }},
        {"rules", "`paud` is not what is in force",
         [this] { append("rules/sop/paud.yaml", "# catatan\n"); },
         [this] { restore("sop/paud.yaml"); }},
        {"rules", "its file is gone",
         [this] {
           std::string text = test::whole_text(in("rules/sop/paud.yaml"));
           text.replace(text.find("sop: paud"), 9, "sop: lain");
           text.replace(text.find("PAUD-{tahun}"), 4, "LAIN");
           std::ofstream(in("rules/sop/lain.yaml")) << text;
           const auto files = load_rule_files(in("rules"));
           ASSERT_TRUE(files);
           test::await(io_, bring_in(*connection_, *files));
           fs::remove(in("rules/sop/lain.yaml"));
         },
         [this] {
           must({"sop", "retire", "lain"});
         }},
        {"calendar", "`kalender` is lain", with({{"kalender", "lain"}}), unwritten()},
        {"calendar", "ends on 2026-01-01",
         [this] {
           replace("rules/calendar/banjarbaru.yaml", "tahun: [2026, 2027]", "tahun: [2025]");
         },
         [this] { restore("calendar/banjarbaru.yaml"); }},
        {"calendar", "`banjarbaru` is not what is in force",
         [this] { append("rules/calendar/banjarbaru.yaml", "# catatan\n"); },
         [this] { restore("calendar/banjarbaru.yaml"); }},
    };
  }
  std::vector<Plant> of_people() {
    return {
        {"people", "nobody holds the role sekretaris today",
         [this] {
           must({"officer", "end", "--id", "sekretaris"});
         },
         [this] {
           must({"officer", "end", "--id", "sekretaris", "--cancel"});
         }},
        {"people", "nobody holds the role back_office on ",
         [this] {
           sql("INSERT INTO officer_leave SELECT 'back_office', d, d FROM"
               " (SELECT (now() + interval '7 days')::date) AS day(d)");
         },
         does("DELETE FROM officer_leave")},
        {"people", "dinas_teknis can be told nothing",
         does("UPDATE officer SET email = '' WHERE id = 'dinas_teknis'"),
         does("UPDATE officer SET email = 'dinas_teknis@example.go.id' WHERE id = 'dinas_teknis'")},
        {"people", "share an address",
         does("SET session_replication_role = replica; UPDATE officer SET email ="
              " 'admin@example.go.id' WHERE id = 'sekretaris'; RESET session_replication_role"),
         does("UPDATE officer SET email = 'sekretaris@example.go.id' WHERE id = 'sekretaris'")},
        {"people", "nobody holds the role admin",
         does("DELETE FROM officer_role WHERE role = 'admin'"),
         does("INSERT INTO officer_role VALUES ('admin', 'admin')")},
    };
  }
  std::vector<Plant> of_messages() {
    return {
        {"channels", "127.0.0.1:1, where nobody answers",
         with({{"email", "{url: \"smtp://127.0.0.1:1\", from: izin@example.go.id}"}}), unwritten()},
        {"channels", "cannot be written into",
         with({{"email", "{url: \"file:none\", from: izin@example.go.id}"}}), unwritten()},
        {"channels", "mail and WhatsApp are off", with({{"email", "{url: \"\"}"}}), unwritten()},
        {"messages", "1 messages of the last week reached nobody",
         [this] { add_message("dead", "1 hour"); }, does("DELETE FROM message")},
        {"messages", "1 messages should have left", [this] { add_message("queued", "1 hour"); },
         does("DELETE FROM message")},
        {"portal", "it answered 410",
         [this] {
           write({{"portal", "{url: \"file:mails\"}"}});
           sql("INSERT INTO portal (place, disabled_at) VALUES (0, now())");
         },
         [this] {
           write({});
           sql("DELETE FROM portal");
         }},
        {"portal", "1 changes never reached it",
         [this] {
           write({{"portal", "{url: \"file:mails\"}"}});
           sql("INSERT INTO portal_event (permit, at, sequence, body, state)"
               " VALUES (0, now(), 1, '{}', 'dead')");
         },
         [this] {
           write({});
           sql("DELETE FROM portal_event");
         }},
        {"pages", "over the net in clear", with({{"public_url", "http://izin.example.go.id"}}),
         unwritten()},
        {"pages", "`listen` is every address",
         with({{"listen", "\":8080\""},
               {"public_url", "https://izin.example.go.id"},
               {"http", "{proxies: [10.0.0.1]}"}}),
         unwritten()},
    };
  }
  std::vector<Plant> of_certificates() {
    const std::string host = "izin.example.go.id";
    const test::CertificatePair good = test::new_certificate(host, 90);
    const test::CertificatePair other = test::new_certificate("lain.example.go.id", 90);
    const test::CertificatePair ends = test::new_certificate(host, 3);
    return {
        {"certificate", "another certificate's",
         [=, this] { set_certificate(good, other.key, host); }, unwritten()},
        {"certificate", "does not name lain.example.go.id",
         [=, this] { set_certificate(good, good.key, "lain.example.go.id"); }, unwritten()},
        {"certificate", "it ends at", [=, this] { set_certificate(ends, ends.key, host); },
         unwritten()},
        {"certificate", "are none",
         [=, this] {
           set_certificate({"no certificate", ""}, good.key, host);
         },
         unwritten()},
        {"secrets", "email.password_file",
         with({{"email",
                "{url: \"file:mails\", from: izin@example.go.id, user: izin, password_file: "
                "none}"}}),
         unwritten()},
        {"secrets", "can be read by others",
         [=, this] { folder_.write("credentials/token", "rahasia"); },
         [=, this] { fs::remove(in("credentials/token")); }},
    };
  }
  std::vector<Plant> of_state() {
    return {
        {"keys", "link.key, which makes links open, is not there",
         [this] { fs::remove(in("state/link.key")); }, [this] { write_key("link.key"); }},
        {"keys", "seal.key, which seals the record, can be read by others",
         [this] {
           fs::permissions(in("state/seal.key"), fs::perms::group_read, fs::perm_options::add);
         },
         [this] { write_key("seal.key"); }},
        {"secrets", "holds no Ed25519 key", [this] { folder_.write("state/seal.key", "kunci"); },
         [this] { write_key("seal.key"); }},
        {"backup", "no backup has ended well", with({{"backup_stamp", "stamp"}}), unwritten()},
        {"backup", "the last one is 4",
         [this] {
           folder_.write("stamp", "");
           fs::last_write_time(in("stamp"),
                               fs::file_time_type::clock::now() - std::chrono::hours(47));
           write({{"backup_stamp", "stamp"}});
         },
         unwritten()},
        {"disk", "is not there",
         with({{"state_dir", "nowhere"},
               {"seal_key_file", "state/seal.key"},
               {"link_key_file", "state/link.key"}}),
         unwritten()},
        {"daemon", "none answers", with({{"admin_listen", "127.0.0.1:1"}}), unwritten()},
        {"daemon", "it is not ready: restored: paud",
         [this] { daemon_.says(503, "restored: paud", ""); },
         [this] { daemon_.says(200, "ok", ""); }},
        {"daemon", "its last reload was refused",
         [this] { daemon_.says(200, "ok", "tenggat_config_last_reload_successful 0\n"); },
         [this] { daemon_.says(200, "ok", ""); }},
        // Last, since a seal stays.
        {"seals", "the record was last sealed at",
         does("INSERT INTO seal VALUES (1, now() - interval '3 days', '')"), [] {}},
    };
  }

  FakeDaemon daemon_;
};

// Each line that begins with "fault", without the machine's own: a test's server would not survive
// a power cut, and a container may have a clock that nobody synchronises.
std::vector<std::string> faults_of(const Ran& ran) {
  std::vector<std::string> faults;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("fault") || line.find("fsync is off") != std::string::npos ||
        line.find("full_page_writes is off") != std::string::npos ||
        line.find(" time: ") != std::string::npos)
      continue;
    std::string remedy;
    std::getline(lines, remedy);
    EXPECT_TRUE(remedy.starts_with("         remedy: ") && remedy.size() > 22) << line << remedy;
    faults.push_back(line);
  }
  return faults;
}

TEST_F(Doctor, NamesEachPlantedFaultWithItsRemedy) {
  std::vector<Plant> plants;
  for (const auto& some :
       {of_server(), of_rules(), of_people(), of_messages(), of_certificates(), of_state()})
    plants.insert(plants.end(), some.begin(), some.end());
  ASSERT_GE(plants.size(), 30U);
  const Ran before = run({"doctor"});
  EXPECT_EQ(faults_of(before), std::vector<std::string>{}) << before;
  EXPECT_NE(before.out.find("fault    server: fsync is off"), std::string::npos) << before;
  for (const Plant& one : plants) {
    one.plant();
    const Ran ran = run({"doctor"});
    EXPECT_EQ(ran.code, kRefused) << one.says;
    const auto found = faults_of(ran);
    EXPECT_TRUE(std::ranges::any_of(found,
                                    [&](const std::string& line) {
                                      return line.starts_with("fault    " + one.check + ": ") &&
                                             line.find(one.says) != std::string::npos;
                                    }))
        << one.check << ": " << one.says << "\n"
        << ran;
    one.mend();
  }
  // But for the seal, which stays.
  const Ran after = run({"doctor"});
  EXPECT_EQ(faults_of(after).size(), 1U) << after;
}

}  // namespace
}  // namespace tenggat::cli
