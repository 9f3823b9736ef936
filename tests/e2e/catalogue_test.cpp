// docs/metrics.md is what a fresh daemon exports, both ways.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "tests/e2e/office.h"
#include "tests/support/process.h"
#include "tests/support/scrape.h"

namespace tenggat::test {
namespace {

// The table of docs/metrics.md.
std::map<std::string, Family> catalogue() {
  std::map<std::string, Family> families;
  std::istringstream in(read_file(std::filesystem::path(TENGGAT_SOURCE_DIR) / "docs/metrics.md"));
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    std::istringstream cells(line.substr(2));
    std::string name, type, labels;
    std::getline(cells, name, '|');
    std::getline(cells, type, '|');
    std::getline(cells, labels, '|');
    name = name.substr(1, name.find('`', 1) - 1);
    std::erase(type, ' ');
    std::erase(labels, ' ');
    Family family{type, {}};
    std::istringstream list(labels);
    for (std::string label; std::getline(list, label, ',');) family.labels.insert(label);
    families[(name.starts_with("process_") ? "" : "tenggat_") + name] = std::move(family);
  }
  return families;
}

TEST(Catalogue, TheCatalogueIsWhatADaemonExportsOnceAFileHasMoved) {
  Office office("2026-03-02T07:30:00");
  const std::string text_before = body_of(http_get(office.daemon().admin_port(), "/metrics"));
  EXPECT_EQ(text_before.find("sop=\"paud\",step="), std::string::npos) << "nobody has asked for it";
  const auto file =
      office.json({"permit", "submit", "--sop", "paud", "--name", "Aminah", "--subject",
                   "PAUD Melati", "--document", "persyaratan_izin_paud=https://x.example/p"},
                  "portal");
  office.json({"permit", "act", std::string(file.at("number").as_string()), "accept", "--step",
               "verifikasi"},
              "fo");
  office.advance("2026-03-02T07:35:00");  // past its undo window
  ASSERT_TRUE(
      office.metric_becomes(R"(tenggat_step_completions_total{sop="paud",step="verifikasi"} 1)"));
  const std::string text = body_of(http_get(office.daemon().admin_port(), "/metrics"));
  // An office without known outcomes has nothing foretold, and what is not known is no zero.
  std::map<std::string, Family> expected = catalogue();
  EXPECT_EQ(std::erase_if(
                expected,
                [](const auto& family) { return family.first.starts_with("tenggat_forecast_"); }),
            7U);
  EXPECT_EQ(families_in(text), expected);

  // promtool finds nothing to say either.
  const std::filesystem::path scraped = office.daemon().directory() / "metrics.txt";
  write_file(scraped, text);
  EXPECT_EQ(std::system(fmt::format("promtool check metrics < '{}'", scraped.string()).c_str()), 0);
  EXPECT_LT(series_in(text).size(), 3000U);
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
