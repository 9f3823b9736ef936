// Two offices, a database and a daemon each, under one Prometheus: what the dashboard "Semua
// Kantor" asks, answered for each apart. Source: docs/scaling.md.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "tests/e2e/office.h"
#include "tests/support/process.h"
#include "tests/support/prometheus_server.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

std::string in_address(const std::string& text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

class Fleet : public testing::Test {
 protected:
  static std::string submit(Office& office) {
    const json::value file =
        office.json({"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject",
                     "PAUD Melati", "--document", "persyaratan_izin_paud=https://x.example/p"},
                    "portal");
    return std::string(file.at("number").as_string());
  }

  // What a panel asks; of several the one with this letter.
  std::string asked_by(const std::string& title, const std::string& letter = "A") const {
    for (const json::value& panel : board_.at("panels").as_array())
      if (std::string_view(panel.at("title").as_string()) == title)
        for (const json::value& target : panel.at("targets").as_array())
          if (std::string_view(target.at("refId").as_string()) == letter) {
            std::string asked(target.at("expr").as_string());
            if (const auto range = asked.find("$__range"); range != std::string::npos)
              asked.replace(range, 8, "5m");
            return asked;
          }
    ADD_FAILURE() << "no panel " << title << " asks " << letter;
    return "";
  }

  using Answers = std::map<std::string, std::string>;
  // By office, and by the step where the answer names one; "" where it names no office.
  Answers ask(const std::string& expression) const {
    const std::string answer =
        body_of(http_get(prometheus_.port(), "/api/v1/query?query=" + in_address(expression)));
    Answers found;
    const json::value said = json::parse(answer);
    for (const json::value& one : said.at_pointer("/data/result").as_array()) {
      const json::object& labels = one.at("metric").as_object();
      std::string key;
      for (const char* label : {"office", "tahapan"})
        if (const json::value* there = labels.if_contains(label))
          key += (key.empty() ? "" : " ") + std::string(there->as_string());
      found[key] = std::string(one.at("value").at(1).as_string());
    }
    return found;
  }
  // The answers once they are these, or after fifteen seconds as they are.
  Answers ask_until(const std::string& expression, const Answers& wanted) const {
    Answers found;
    for (int i = 0; i < 150; ++i, ::usleep(100'000))
      if ((found = ask(expression)) == wanted) break;
    return found;
  }

  const json::value board_ = json::parse(read_file(std::filesystem::path(TENGGAT_SOURCE_DIR) /
                                                   "dashboards/grafana/tenggat-kantor.json"));
  Office banjarbaru_{"2026-03-02T07:30:00"}, martapura_{"2026-03-02T07:30:00"};
  PrometheusServer prometheus_{banjarbaru_.daemon().directory(),
                               {{"banjarbaru", banjarbaru_.daemon().admin_port()},
                                {"martapura", martapura_.daemon().admin_port()}}};
};

TEST_F(Fleet, EachOfficeIsSeenApartAndOneThatIsDownHidesNoOther) {
  const std::string late = submit(banjarbaru_);
  submit(martapura_);
  banjarbaru_.json({"permit", "act", late, "accept", "--step", "verifikasi"}, "fo");
  banjarbaru_.json({"permit", "act", late, "forward", "--step", "penerimaan"}, "bo");
  banjarbaru_.advance("2026-03-16T09:00:00");

  const auto expect = [&](const std::string& title, const std::string& letter,
                          const Answers& wanted) {
    EXPECT_EQ(ask_until(asked_by(title, letter), wanted), wanted) << title << ' ' << letter;
  };
  expect("Kantor", "A", {{"banjarbaru", "1"}, {"martapura", "1"}});
  expect("Kantor", "C", {{"banjarbaru", "1"}, {"martapura", "0"}});
  expect("Kantor", "E", {{"banjarbaru", "1"}, {"martapura", "1"}});
  expect("Kantor", "G", {{"banjarbaru paud: kajian_teknis", "1"}});
  expect("Tahapan Terlambat per Kantor", "A", {{"banjarbaru paud: kajian_teknis", "1"}});
  expect("Jumlah Kantor", "A", {{"", "2"}});
  expect("Lewat Tanggal Janji", "A", {{"", "1"}});

  martapura_.kill_daemon();
  expect("Kantor", "A", {{"banjarbaru", "1"}, {"martapura", "0"}});
  expect("Kantor Tidak Terbaca", "A", {{"", "1"}});
  // What it does not say is not there, and no 0; when it was last heard is.
  expect("Kantor", "C", {{"banjarbaru", "1"}});
  const Answers seen = ask(asked_by("Kantor", "B"));
  EXPECT_EQ(seen.size(), 2U);
  EXPECT_TRUE(seen.contains("martapura"));
  // Sums are of those that tell.
  expect("Antrean", "A", {{"", "1"}});
}

}  // namespace
}  // namespace tenggat::test
