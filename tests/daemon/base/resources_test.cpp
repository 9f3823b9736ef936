#include "daemon/base/resources.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "daemon/base/config.h"
#include "daemon/pages/pages.h"

namespace tenggat {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A machine of its own, as far as its files say what a service may have.
class Machine : public ::testing::Test {
 protected:
  ~Machine() override { fs::remove_all(root_); }
  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }
  fs::path root_ = fs::temp_directory_path() / ("tenggat-machine-" + std::to_string(::getpid()));
};

// What comes between two marks of a document.
std::string marked(const std::string& text, const std::string& name) {
  const std::string begin = "<!-- " + name + " -->\n", end = "<!-- /" + name + " -->";
  const std::size_t at = text.find(begin);
  if (at == std::string::npos) return "";
  const std::size_t from = at + begin.size();
  return text.substr(from, text.find(end, from) - from);
}

TEST(Resources, TheDocumentShowsTheLedger) {
  const std::string document = text_of(fs::path(TENGGAT_SOURCE_DIR) / "docs/operations.md");
  EXPECT_EQ(marked(document, "ledger"), ledger_in_words(kShipped))
      << "tenggat doctor --resources prints it";
  EXPECT_EQ(marked(document, "routes"), routes_in_words(kShipped, pages::route_bounds()));
}

TEST(Resources, WhatShipsIsWhatTheConfigurationHasAndFitsTheUnit) {
  const Resources resources = resources_of(Config{});
  EXPECT_EQ(ledger_in_words(resources), ledger_in_words(kShipped));
  EXPECT_EQ(resources.of_one_address(), 64U);
  const fs::path unit = fs::path(TENGGAT_SOURCE_DIR) / "systemd/tenggatd.service";
  const fs::path root = fs::temp_directory_path() / ("tenggat-unit-" + std::to_string(::getpid()));
  fs::create_directories(root / "lib/systemd/system");
  fs::copy_file(unit, root / "lib/systemd/system/tenggatd.service");
  const auto allowed = memory_allowed(root);
  fs::remove_all(root);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(refuse_resources(resources, allowed), std::nullopt);
}

TEST(Resources, EveryRouteHasOneRow) {
  std::set<std::string_view> names;
  for (const RouteBounds& one : pages::route_bounds()) EXPECT_TRUE(names.insert(one.route).second);
}

TEST_F(Machine, WhatTheServiceMayHaveIsReadWhereItRunsElseFromItsUnit) {
  EXPECT_EQ(memory_allowed(root_), std::nullopt);
  write("usr/lib/systemd/system/tenggatd.service", "[Service]\nMemoryMax=2G\n");
  EXPECT_EQ(memory_allowed(root_), 2048 * kMebibyte);
  write("usr/lib/systemd/system/tenggatd.service.d/10-more.conf", "[Service]\nMemoryMax=3G\n");
  write("etc/systemd/system/tenggatd.service.d/20-less.conf", "[Service]\nMemoryMax=512M\n");
  EXPECT_EQ(memory_allowed(root_), 512 * kMebibyte);
  write("etc/systemd/system/tenggatd.service.d/30-all.conf", "[Service]\nMemoryMax=infinity\n");
  EXPECT_EQ(memory_allowed(root_), std::nullopt);
  write("sys/fs/cgroup/system.slice/tenggatd.service/memory.max", "1073741824\n");
  EXPECT_EQ(memory_allowed(root_), 1024 * kMebibyte);
  write("sys/fs/cgroup/system.slice/tenggatd.service/memory.max", "max\n");
  EXPECT_EQ(memory_allowed(root_), std::nullopt);
}

TEST(Resources, MoreThanTheServiceMayHaveIsRefusedWithWhatMendsIt) {
  Config config;
  config.http.connections = 20'000;
  const auto why = refuse_resources(resources_of(config), 2048 * kMebibyte);
  ASSERT_TRUE(why);
  EXPECT_NE(why->find("http.connections (20000)"), std::string::npos) << *why;
  EXPECT_NE(why->find("MemoryMax="), std::string::npos) << *why;
  EXPECT_EQ(refuse_resources(resources_of(config), std::nullopt), std::nullopt);
}

}  // namespace
}  // namespace tenggat
