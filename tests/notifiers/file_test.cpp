#include "notifiers/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace tenggat::notify {
namespace {
namespace fs = std::filesystem;

struct Directory {
  Directory()
      : path(fs::temp_directory_path() / ("tenggat-file-test-" + std::to_string(::getpid()))) {}
  ~Directory() { fs::remove_all(path); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(path)) found.push_back(entry.path().filename());
    return found;
  }
  fs::path path;
};

Message message() {
  Message m;
  m.id = "72057594037927937";
  m.channel = Channel::whatsapp;
  m.to = "6281234567890";
  m.recipient_name = "Siti Aminah";
  m.subject = "Permohonan diterima";
  m.body = "Yth. Siti Aminah, permohonan telah kami terima.";
  m.text_id = "diterima";
  m.decided_at = Instant(Seconds(1775109600));  // 2026-04-02T06:00:00Z
  return m;
}

TEST(File, AUrlNamesADirectory) {
  EXPECT_EQ(file_directory("file:var/pesan"), "var/pesan");
  EXPECT_EQ(file_directory("file:/var/pesan"), "/var/pesan");
  EXPECT_EQ(file_directory("file:///var/pesan"), "/var/pesan");
  EXPECT_FALSE(file_directory("file:"));
  EXPECT_FALSE(file_directory("smtp://127.0.0.1:25"));
}

TEST(File, AMessageIsOneFileAPersonCanRead) {
  const Directory directory;
  const SendResult sent = write_file(message(), directory.path / "deep");
  EXPECT_EQ(sent.outcome, Outcome::accepted);
  EXPECT_EQ(sent.reason, reason::accepted);
  std::ifstream file(directory.path / "deep" /
                     "20260402T060000Z-72057594037927937-whatsapp-diterima.txt");
  const std::string content((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(content,
            "To: Siti Aminah <6281234567890>\nChannel: whatsapp\nSubject: Permohonan diterima\n"
            "Text: diterima\n\nYth. Siti Aminah, permohonan telah kami terima.\n");
}

TEST(File, SendingAgainLeavesOneFile) {
  const Directory directory;
  write_file(message(), directory.path);
  write_file(message(), directory.path);
  EXPECT_EQ(directory.names().size(), 1u);
}

TEST(File, NamesAndHeaderLinesCannotBeForged) {
  const Directory directory;
  Message m = message();
  m.id = "../../etc/passwd";
  m.recipient_name = "Siti\nChannel: email";
  EXPECT_EQ(write_file(m, directory.path).outcome, Outcome::accepted);
  ASSERT_EQ(directory.names().size(), 1u);
  EXPECT_EQ(directory.names()[0].find('/'), std::string::npos);
  EXPECT_TRUE(
      file_content(m).starts_with("To: Siti Channel: email <6281234567890>\nChannel: whatsapp\n"));
}

TEST(File, ADirectoryThatCannotBeMadeIsRetried) {
  const SendResult sent = write_file(message(), "/dev/null/pesan");
  EXPECT_EQ(sent.outcome, Outcome::retry);
  EXPECT_EQ(sent.reason, reason::storage_failed);
}

}  // namespace
}  // namespace tenggat::notify
