// What documents show as a command is one: its words, options and arguments are those of the table
// that the program goes by. Nothing is run: there is no configuration and no daemon. What can be
// run is typed by tests/documents/typed.py.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

namespace fs = std::filesystem;
using test::Ran;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Blocks between fences and indented ones, lines that go on put together.
std::vector<std::string> lines_of_blocks(const std::string& document) {
  std::vector<std::string> lines;
  std::istringstream in(document);
  bool fenced = false, goes_on = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      fenced = !fenced;
      continue;
    }
    if (!fenced && !line.starts_with("    ")) continue;
    const bool more = line.ends_with('\\');
    if (more) line.pop_back();
    if (goes_on)
      lines.back() += line.substr(std::min(line.find_first_not_of(' '), line.size()));
    else
      lines.push_back(line);
    goes_on = more;
  }
  return lines;
}

// The words of a command as a shell reads them, to where another begins.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  bool begun = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      begun = true;
    } else if (c == ' ' || c == '|' || c == '>' || c == '<' || c == ';' || c == '&' || c == ')') {
      if (begun) words.push_back(word);
      word.clear();
      begun = false;
      if (c != ' ' || line.compare(i, 3, "   ") == 0) return words;  // words beside it
      if (line.find_first_not_of(' ', i) != std::string::npos &&
          line[line.find_first_not_of(' ', i)] == '#')
        return words;
    } else {
      word += c;
      begun = true;
    }
  }
  if (begun) words.push_back(word);
  return words;
}

// Each command of the tool in these lines.
std::vector<std::string> commands_in(const std::vector<std::string>& lines) {
  static const std::regex begins("(^ *|[(;&|] *|[A-Z_]=[^ ]* )tenggat ");
  std::vector<std::string> all;
  for (const std::string& line : lines)
    for (std::sregex_iterator at(line.begin(), line.end(), begins), end; at != end; ++at)
      all.push_back(line.substr(static_cast<std::size_t>(at->position() + at->length())));
  return all;
}

class DocumentsCommands : public testing::Test {
 protected:
  // Nothing: it is a command that there is.
  std::string fault(const std::string& command) {
    const std::vector<std::string> words = words_of(command);
    if (words.empty() || words.front() == "setup") return "";  // it would set this machine up
    const Ran ran = tool_.run(words);
    return ran.code == kUsage ? ran.err : "";
  }
  DocumentsCommands() {
    tool_.environment["TENGGAT_CONFIG"] = "/nonexistent/tenggat.yaml";
    tool_.environment["TENGGAT_URL"] = "http://127.0.0.1:9";
    tool_.environment["TENGGAT_TOKEN"] = "none";
  }
  test::Tool tool_;
};

TEST_F(DocumentsCommands, EachIsOneThatThereIs) {
  const fs::path root = TENGGAT_SOURCE_DIR;
  int looked_at = 0;
  std::set<std::string> in;
  for (const char* folder : {".", "docs", "dashboards", "systemd"})
    for (const auto& file : fs::directory_iterator(root / folder)) {
      if (file.path().extension() != ".md") continue;
      for (const std::string& command : commands_in(lines_of_blocks(text_of(file.path())))) {
        ++looked_at;
        in.insert(file.path().filename().string());
        EXPECT_EQ(fault(command), "") << file.path() << ": tenggat " << command;
      }
    }
  EXPECT_GT(looked_at, 50);
  EXPECT_GT(in.size(), 8U);
  std::cout << fmt::format("{} commands in {} documents\n", looked_at, in.size());
}

TEST_F(DocumentsCommands, OneThatThereIsNotIsNoticed) {
  const std::vector<std::string> found = commands_in(
      lines_of_blocks("```sh\nnumber=$(tenggat permit lst --json | jq -r .number)\n"
                      "A=b tenggat report --mont 2026-03 > x\n"
                      "tenggat officer add --id siti \\\n    --nama \"Siti Rahmah\"\n```\n"));
  ASSERT_EQ(found.size(), 3U);
  for (const std::string& command : found) EXPECT_NE(fault(command), "") << command;
  EXPECT_EQ(fault("report --month 2026-03 > x"), "");
  EXPECT_EQ(fault("officer end --id \"siti\" # tomorrow --nothing"), "");
}

TEST_F(DocumentsCommands, EachCommandThatPrintsSpeaksJson) {
  const std::string overview = tool_.run({"--help"}).out;
  static const std::regex row("\n  ([a-z]+(?: [a-z]+)*)  ");
  int commands = 0;
  for (std::sregex_iterator at(overview.begin(), overview.end(), row), end; at != end; ++at) {
    const std::string command = (*at)[1];
    std::istringstream in(command);
    std::vector<std::string> words{std::istream_iterator<std::string>(in), {}};
    words.emplace_back("--help");
    EXPECT_NE(tool_.run(words).out.find("--json"), std::string::npos) << command;
    ++commands;
  }
  EXPECT_GT(commands, 70);
}

}  // namespace
}  // namespace tenggat::cli
