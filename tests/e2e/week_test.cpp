// A week of an office with eight officers: leave, a deputy who begins in mid-escalation, an
// acknowledged delay, a silence, a week-end, a crowd of applications on one day, a day off decreed
// on the day before, WhatsApp down for a day. All messages are those that week.py computes.
//
//   week_test [short|full]    full: 200 permits and 300 on one day
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

#include "tests/e2e/office.h"
#include "tests/support/http_client.h"
#include "tests/support/postgres.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
std::string form = "short";

class Week : public testing::Test {
 protected:
  // What week.py says.
  static json::object read_plan(const fs::path& directory) {
    const std::string command = fmt::format("/usr/bin/python3 '{}/tests/e2e/week.py' '{}' {}",
                                            TENGGAT_SOURCE_DIR, directory.string(), form);
    EXPECT_EQ(std::system(command.c_str()), 0);
    return json::parse(read_file(directory / "plan.json")).as_object();
  }

  std::string post(const std::string& path, const json::value& body) {
    boost::asio::io_context io{1};
    HttpClient http(io.get_executor(), office_->daemon().api_port());
    HttpAnswer answer;
    boost::asio::co_spawn(
        io,
        http.exchange(http_request("POST", "/api/v1" + path, token_, "", json::serialize(body))),
        [&](std::exception_ptr failure, HttpAnswer got) {
          if (failure) std::rethrow_exception(failure);
          answer = std::move(got);
        });
    io.run();
    EXPECT_EQ(answer.status / 100, 2) << path << ": " << answer.status << answer.body;
    return answer.body;
  }

  static std::string text(const json::object& event, const char* name) {
    return std::string(event.at(name).as_string());
  }

  static json::array files(const std::string& action) {
    json::array documents;
    if (action == "recommend")
      for (const char* kind : {"bapl", "rekomendasi"})
        documents.push_back({{"kind", kind}, {"uri", "https://x.example/f"}});
    return documents;
  }

  void submit(std::int64_t permit) {
    json::object applicant{{"name", fmt::format("Pemohon {}", permit)}};
    if (permit % 2 == 1)
      applicant["whatsapp"] = fmt::format("0813 5555 {:04}", permit);
    else
      applicant["email"] = fmt::format("p{}@warga.example", permit);
    const json::value answer = json::parse(
        post("/permits", {{"sop", "paud"},
                          {"applicant", applicant},
                          {"subject", "PAUD Melati"},
                          {"documents", json::array{{{"kind", "persyaratan_izin_paud"},
                                                     {"uri", "https://x.example/p"}}}}}));
    ids_.emplace_back(answer.at("id").as_string());
    index_[ids_.back()] = permit;
  }

  void operators(const std::vector<std::string>& arguments) {
    const CommandResult result = office_->tenggat(arguments);
    EXPECT_EQ(result.status, 0) << result.out << result.err;
  }

  void whatsapp_is_back() {
    office_->meta().answer_all(0, 0);
    office_->query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
    // A channel that has taken nothing for so long is tried every five minutes, as machines count.
    EXPECT_TRUE(office_->becomes("SELECT count(*) FROM message WHERE state = 'queued'", "0",
                                 std::chrono::seconds(330)));
    EXPECT_GT(std::stoi(office_->query("SELECT count(*) FROM message WHERE text ="
                                       " 'rangkuman_gangguan' AND state = 'accepted'")),
              0)
        << "WhatsApp was never down";
    // Of officers' work one each is left, however long it lasted.
    EXPECT_EQ(office_->query("SELECT count(*) FROM (SELECT FROM message m WHERE state = 'accepted'"
                             " AND channel = 'whatsapp' AND recipient LIKE 'officer:%'"
                             " AND text <> 'rekap_harian' AND rendered_at >"
                             " '2026-06-11T18:00:00+08:00' GROUP BY recipient HAVING count(*) > 1)"
                             " q"),
              "0");
  }

  void happen(const json::object& event, const std::string& decree) {
    const std::string what(event.at("do").as_string());
    if (what == "submit") return submit(event.at("permit").as_int64());
    if (what == "silence")
      return operators({"silence", "add", "--officer", "s", "--until", "2026-06-09T14:57:00+08:00",
                        "--by", "Kepala Dinas", "--why", "rapat"});
    if (what == "delegate")
      return operators({"officer", "delegate", "--from", text(event, "of"), "--to",
                        text(event, "by"), "--kind", "plh", "--start", text(event, "start"),
                        "--end", text(event, "end"), "--letter", "800/6/2026"});
    if (what == "decree")
      return operators({"calendar", "apply",
                        office_->changed_calendar(
                            "libur_tambahan:", "  - {tanggal: " + decree +
                                                   ", nama: Pilkada, dasar: Keputusan 6/2026}")});
    if (what == "whatsapp_down") return office_->meta().answer_all(503, 2);
    if (what == "whatsapp_up") return whatsapp_is_back();
    const std::string path =
        "/permits/" + ids_.at(static_cast<std::size_t>(event.at("permit").as_int64()));
    json::object body{{"step", event.at("step")}, {"on_behalf_of", event.at("who")}};
    if (what == "act") {
      const std::string action(event.at("action").as_string());
      body["action"] = action;
      if (action == "reject") body["note"] = "denah belum ada";
      if (const json::array documents = files(action); !documents.empty())
        body["documents"] = documents;
      post(path + "/actions", body);
      return;
    }
    if (what == "pause") body["reason"] = "kunjungan_lapangan";
    if (what == "acknowledge") body["reason"] = "sistem";
    post(path + "/" + what, body);
  }

  // "2026-06-08T08:02:00 fo whatsapp 3,4", sorted.
  std::vector<std::string> sent() {
    std::vector<std::string> lines;
    for (const std::string& row : office_->column(
             "SELECT to_char(rendered_at AT TIME ZONE 'Asia/Makassar', 'YYYY-MM-DD\"T\"HH24:MI:SS')"
             " || ' ' || regexp_replace(regexp_replace(recipient, '^applicant:.*', 'pemohon'),"
             " '^officer:', '') || ' ' || channel || ' ' || coalesce((SELECT"
             " string_agg(DISTINCT o.permit::text, ',') FROM (SELECT permit FROM message_notice"
             " WHERE message = m.id UNION SELECT permit FROM message_task WHERE message = m.id) o"
             " WHERE permit <> 0), '') FROM message m WHERE falls_back_from IS NULL"
             " AND text <> 'perubahan_kantor'")) {
      const auto at = row.rfind(' ');
      std::vector<std::int64_t> permits;
      std::istringstream parts(row.substr(at + 1));
      for (std::string id; std::getline(parts, id, ',');) permits.push_back(index_.at(id));
      std::sort(permits.begin(), permits.end());
      std::string line = row.substr(0, at + 1);
      for (std::size_t i = 0; i < permits.size(); ++i)
        line += (i ? "," : "") + std::to_string(permits[i]);
      lines.push_back(line);
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

  std::unique_ptr<Office> office_;
  std::string token_;
  std::vector<std::string> ids_;
  std::map<std::string, std::int64_t> index_;
};

TEST_F(Week, EveryMessageIsTheOneTheContractAsksFor) {
  const fs::path directory = fs::temp_directory_path() / fmt::format("week-{}", ::getpid());
  fs::create_directories(directory);
  const json::object plan = read_plan(directory);
  office_ = std::make_unique<Office>(
      std::string(plan.at("start").as_string()),
      fmt::format("officers: {{group_wait: 2m, group_interval: 10m, messages_an_hour: {}}}\n",
                  plan.at("cap").as_int64()));
  operators({"officer", "add", "--id", "fo2", "--name", "Lina Marlina", "--role", "front_office",
             "--email", "fo2@banjarbaru.example"});
  for (const json::value& one : plan.at("leaves").as_array()) {
    const json::object& leave = one.as_object();
    operators({"officer", "leave", "--id", text(leave, "officer"), "--start", text(leave, "start"),
               "--end", text(leave, "end")});
  }
  token_ = office_->daemon().new_token({"--service", "kios", "--scope", "intake,act,read"});

  const std::string decree(plan.at("decree").as_string());
  for (const json::value& value : plan.at("events").as_array()) {
    const json::object& event = value.as_object();
    // While WhatsApp is down what waits for it is tried once, so that it is known what waits when.
    office_->query(
        "UPDATE message SET next_attempt_at = clock_timestamp() + interval '1 hour'"
        " WHERE state = 'queued' AND attempts > 0");
    office_->advance(std::string(event.at("at").as_string()));
    happen(event, decree);
    if (HasFailure()) return;
  }
  office_->advance(std::string(plan.at("end").as_string()));

  std::vector<std::string> expected;
  std::ifstream file(directory / "expected.txt");
  for (std::string line; std::getline(file, line);) expected.push_back(line);
  const std::vector<std::string> found = sent();
  std::ofstream(directory / "found.txt") << fmt::format("{}\n", fmt::join(found, "\n"));
  std::vector<std::string> missing, surplus;
  std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                      std::back_inserter(surplus));
  const auto first_of = [](std::vector<std::string> lines) {
    lines.resize(std::min<std::size_t>(lines.size(), 12));
    std::string text;
    for (const std::string& line : lines) text += line.substr(0, 200) + '\n';
    return text;
  };
  EXPECT_TRUE(missing.empty()) << missing.size() << " missing:\n" << first_of(missing);
  EXPECT_TRUE(surplus.empty()) << surplus.size() << " not expected:\n" << first_of(surplus);
  std::cout << found.size() << " messages as computed\n";

  // WhatsApp was down for a day: nothing is lost by it, and applicants hear the latest alone.
  office_->query("UPDATE message SET next_attempt_at = clock_timestamp() WHERE state = 'queued'");
  office_->meta().taken(
      std::stoul(office_->query("SELECT count(*) FROM message WHERE channel = 'whatsapp' AND state "
                                "IN ('accepted', 'queued')")));
  EXPECT_EQ(
      office_->query("SELECT count(*) FROM message WHERE state NOT IN ('accepted', 'queued') AND"
                     " NOT (reason = 'superseded')"),
      "0");
  EXPECT_EQ(office_->meta().faults(), std::vector<std::string>{});
  if (HasFailure())
    std::cout << "compare expected.txt and found.txt in " << directory << '\n';
  else
    fs::remove_all(directory);
  office_->stop_daemon();
}

}  // namespace
}  // namespace tenggat::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new tenggat::test::PostgresEnvironment);
  if (argc > 1) tenggat::test::form = argv[1];
  return RUN_ALL_TESTS();
}
