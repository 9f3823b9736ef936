#include "daemon/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <future>
#include <sstream>
#include <thread>
#include <vector>

namespace tenggat {
namespace {

std::string captured(const LogOptions& options, const std::function<void()>& act) {
  testing::internal::CaptureStderr();
  set_up_log(options);
  act();
  return testing::internal::GetCapturedStderr();
}

std::ptrdiff_t lines_in(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

constexpr const char* kForged =
    "x\n2026-04-02T14:00:00.000+0800 error   permit_deleted permit=\"PAUD-1\"\r\x1b[2K\x7f\x01";

TEST(Log, TextQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(log_line_text("permit_submitted",
                          {{"permit", "PAUD-2026-00001"}, {"seconds", 12}, {"late", false}}),
            "permit_submitted permit=PAUD-2026-00001 seconds=12 late=false");
  EXPECT_EQ(log_line_text("noted", {{"note", "dua kata"}, {"none", ""}}),
            "noted note=\"dua kata\" none=\"\"");
  EXPECT_EQ(log_line_text("noted", {{"note", "a=b level=error"}}),
            "noted note=\"a=b level=error\"");
}

TEST(Log, InputCannotForgeALineOrAField) {
  for (const LogFormat format : {LogFormat::text, LogFormat::json}) {
    const std::string out = captured({.level = Level::info, .format = format}, [] {
      log_event(Level::info, "permit_submitted", {{"subject", kForged}});
    });
    EXPECT_EQ(lines_in(out), 1) << out;
    for (const char c : out.substr(0, out.size() - 1)) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20) << out;
      EXPECT_NE(c, '\x7f');
    }
  }
  EXPECT_EQ(log_line_text("e", {{"a", "x\" b=\"y"}}), "e a=\"x\\\" b=\\\"y\"");
}

TEST(Log, JsonLinesAreJsonAndKeepTheValue) {
  const std::string out = captured({.level = Level::info, .format = LogFormat::json}, [] {
    log_event(Level::warning, "permit_submitted", {{"subject", kForged}, {"time", "1"}});
  });
  const boost::json::object line = boost::json::parse(out).as_object();
  EXPECT_EQ(line.at("event"), "permit_submitted");
  EXPECT_EQ(line.at("level"), "warning");
  EXPECT_EQ(line.at("subject"), kForged);
  EXPECT_EQ(line.at("time_"), "1");
  EXPECT_EQ(line.at("time").as_string().size(),
            std::string_view("2026-04-02T14:00:00.000+08:00").size());
}

TEST(Log, InvisibleAndTurningCharactersAreShownAndBadUtf8IsReplaced) {
  EXPECT_EQ(log_line_json("e", {{"v", "a\u202Eb\u2028c\u0085d\u200Be"}}),
            "\"event\":\"e\",\"v\":\"a\\u202eb\\u2028c\\u0085d\\u200be\"");
  EXPECT_EQ(log_line_json("e", {{"v", "\xC0\x8A\xFF é"}}),
            "\"event\":\"e\",\"v\":\"\\ufffd\\ufffd\\ufffd é\"");
  EXPECT_EQ(log_line_json("e", {{"v", "\xF3\xA0\x81\x81"}}),
            "\"event\":\"e\",\"v\":\"\\udb40\\udc41\"");
}

TEST(Log, AFieldNameCannotBreakOut) {
  EXPECT_EQ(log_line_json("e", {{"a\":1,\"b", "x"}}), "\"event\":\"e\",\"a__1__b\":\"x\"");
}

TEST(Log, LongValuesAreCut) {
  const std::string line = log_line_text("e", {{"v", std::string(100'000, 'a') + " "}});
  EXPECT_LT(line.size(), 2200u);
  EXPECT_TRUE(line.ends_with("…\""));
}

TEST(Log, EventsBelowTheLevelAreNeitherWrittenNorCounted) {
  std::vector<Level> counted;
  count_log_lines([&](Level level) { counted.push_back(level); });
  const std::string out = captured({.level = Level::warning, .format = LogFormat::text}, [] {
    log_event(Level::info, "quiet");
    log_event(Level::error, "loud");
  });
  count_log_lines({});
  EXPECT_EQ(lines_in(out), 1) << out;
  EXPECT_NE(out.find("error   loud\n"), std::string::npos) << out;
  EXPECT_EQ(counted, std::vector<Level>{Level::error});
}

TEST(Log, WhatLibrariesWriteIsEscapedToo) {
  const std::string out = captured({.level = Level::info, .format = LogFormat::json},
                                   [] { spdlog::warn("from elsewhere\nforged"); });
  EXPECT_EQ(lines_in(out), 1) << out;
  EXPECT_EQ(boost::json::parse(out).at("text"), "from elsewhere\nforged");
}

// Standard error is a pipe that nobody reads, until somebody does.
class UnreadLog : public testing::Test {
 protected:
  UnreadLog() : kept_(::dup(STDERR_FILENO)) {
    EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0);
    ::dup2(ends_[1], STDERR_FILENO);
    ::close(ends_[1]);
    set_up_log({.level = Level::info, .format = LogFormat::json});
  }
  ~UnreadLog() override {
    read_all();
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    ::close(ends_[0]);
    set_up_log({});
  }
  // What lies in the pipe; reading it makes room.
  std::string read_up() {
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    std::string all;
    char bytes[65536];
    for (ssize_t count; (count = ::read(ends_[0], bytes, sizeof bytes)) > 0;)
      all.append(bytes, static_cast<std::size_t>(count));
    return all;
  }
  std::string read_all() {
    std::string all;
    for (std::string some; !(some = read_up()).empty();) {
      all += some;
      tend_log();
    }
    return all;
  }

  int kept_;
  int ends_[2] = {-1, -1};
};

TEST_F(UnreadLog, StopsNobodyLosesLinesAndSaysHowMany) {
  constexpr int kLines = 4000;  // of more than a KiB: the pipe's 64 KiB and what waits are less
  const std::uint64_t before = log_lines_lost();
  auto writing = std::async(std::launch::async, [] {
    for (int i = 0; i < kLines; ++i)
      log_event(Level::info, "line", {{"n", i}, {"filler", std::string(1024, 'x')}});
  });
  const bool in_time = writing.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
  EXPECT_TRUE(in_time) << "whoever logs waits for whoever reads";
  const std::string read = read_all();
  writing.wait();
  const std::uint64_t lost = log_lines_lost() - before;
  EXPECT_GT(lost, 0u);

  // In order, whole, none of those that were kept missing; then how many are gone.
  std::istringstream lines(read);
  int next = 0;
  std::int64_t told = -1;
  for (std::string line; std::getline(lines, line);) {
    const boost::json::object one = boost::json::parse(line).as_object();
    if (one.at("event") == "log_lines_lost") {
      told = std::stoll(std::string(one.at("lines").as_string()));
      continue;
    }
    EXPECT_EQ(told, -1);
    EXPECT_EQ(one.at("n").as_string(), std::to_string(next++));
  }
  EXPECT_EQ(told, static_cast<std::int64_t>(lost));
  EXPECT_EQ(static_cast<std::uint64_t>(next) + lost, static_cast<std::uint64_t>(kLines));

  log_event(Level::info, "after");
  EXPECT_NE(read_all().find("\"event\":\"after\""), std::string::npos);
  EXPECT_EQ(log_lines_lost() - before, lost);
}

// Somebody is asked once for many lines; a warning takes along what came before it, and so does
// what is more than is held back.
TEST_F(UnreadLog, LinesBelowAWarningLeaveTogether) {
  int asked = 0;
  gather_log([&] { ++asked; });
  for (int i = 0; i < 100; ++i) log_event(Level::info, "line", {{"n", i}});
  EXPECT_EQ(read_up(), "");
  EXPECT_EQ(asked, 1);
  tend_log();
  EXPECT_EQ(lines_in(read_up()), 100);

  log_event(Level::info, "before");
  EXPECT_EQ(asked, 2);
  log_event(Level::warning, "trouble");
  const std::string both = read_up();
  EXPECT_LT(both.find("before"), both.find("trouble"));
  EXPECT_NE(both.find("trouble"), std::string::npos);

  const std::uint64_t lost = log_lines_lost();
  for (int i = 0; i < 70; ++i)
    log_event(Level::info, "line", {{"n", i}, {"filler", std::string(1024, 'x')}});
  EXPECT_GE(lines_in(read_up()), 32);
  EXPECT_EQ(asked, 4);  // for what came after it, too

  gather_log({});
  log_event(Level::info, "alone");
  EXPECT_NE(read_all().find("alone"), std::string::npos);
  EXPECT_EQ(log_lines_lost(), lost);
}

// A reader that is only slow loses nothing, at the end of the process neither.
TEST_F(UnreadLog, WhatWaitsLeavesBeforeTheEnd) {
  const std::uint64_t before = log_lines_lost();
  for (int i = 0; i < 500; ++i)
    log_event(Level::info, "line", {{"n", i}, {"filler", std::string(1024, 'x')}});
  std::string read;
  std::thread reader([&] {
    for (int i = 0; i < 400 && read.find("\"n\":\"499\"") == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      read += read_up();
    }
  });
  flush_log();
  reader.join();
  EXPECT_EQ(lines_in(read), 500);
  EXPECT_EQ(log_lines_lost(), before);
}

// Nobody will ever read it: the end comes all the same, and soon.
TEST_F(UnreadLog, TheEndDoesNotWaitForIt) {
  for (int i = 0; i < 500; ++i)
    log_event(Level::info, "line", {{"n", i}, {"filler", std::string(1024, 'x')}});
  const auto begun = std::chrono::steady_clock::now();
  flush_log();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
}

}  // namespace
}  // namespace tenggat
