#include "daemon/log.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>
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

}  // namespace
}  // namespace tenggat
