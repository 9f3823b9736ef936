// An office whose record two officers begin: siti, and adm, who administers.
#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "daemon/store/office_chain.h"
#include "daemon/store/people.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::store {

using test::await;

inline pg::Awaitable<std::vector<StoredEvent>> read_events(pg::Connection& db,
                                                           OfficeEventQuery query) {
  pg::Pipeline reading;
  const auto slot = add_office_events(reading, query);
  const pg::Results results = co_await db.run(std::move(reading));
  co_return results[slot];
}

class OfficeChain : public test::OnDatabase {
 protected:
  void SetUp() override {
    migrate();
    connection_.emplace(connect());
    Officer siti = officer("siti", "Siti Aminah");
    siti.email = "siti@example.go.id";
    siti.roles = {"front_office"};
    ASSERT_TRUE(await(io_, add_officer(db(), kAdmin, siti, InPerson::none())).done());
    Officer adm = officer("adm", "Pengelola");
    adm.roles = {"admin"};
    ASSERT_TRUE(await(io_, add_officer(db(), kAdmin, adm, InPerson::none())).done());
  }
  static Officer officer(const char* id, const char* name) {
    Officer one;
    one.id = id;
    one.name = name;
    return one;
  }
  pg::Connection& db() { return *connection_; }
  std::vector<StoredEvent> events(OfficeEventQuery query = {}) {
    return await(io_, read_events(db(), query));
  }
  OfficeAudit audit() { return await(io_, verify_office_chain(db())); }
  std::string salt_of(const std::string& officer) {
    return sql(officer.empty()
                   ? "SELECT encode(salt, 'hex') FROM office_chain"
                   : "SELECT encode(salt, 'hex') FROM officer WHERE id = '" + officer + "'");
  }
  std::string bytes_of(const std::string& digits) {
    std::string bytes;
    for (std::size_t i = 0; i < digits.size(); i += 2)
      bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    return bytes;
  }
  std::string told_of(std::int64_t event) {
    return sql(fmt::format(
        "SELECT string_agg(substring(addressee FROM 9), ' ' ORDER BY addressee) FROM notice"
        " WHERE permit = 0 AND text = 'perubahan_kantor' AND cause = {} AND state = 'pending'",
        event));
  }
  std::int64_t last_id(const std::string& table) {
    return std::stoll(sql("SELECT max(id) FROM " + table));
  }
  RuleSet rules(const char* kind, const char* hash) {
    return {.kind = kind, .name = "contoh", .hash = hash, .files = {{"a", "b"}}};
  }
  void dead_message() {
    sql("INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
        " template, rendered_at, state) VALUES ('officer:siti', 'on_duty', 'email', 'a@b.example',"
        " 'Siti', 'tugas_baru', '', '', '{}', '', now(), 'dead')");
  }

  const By kAdmin = By::officer("adm");
};

}  // namespace tenggat::store
