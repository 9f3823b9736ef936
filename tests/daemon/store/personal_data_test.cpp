// docs/privacy.md names every column of every table once: as personal, or as not.
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "tests/daemon/cli/tool.h"

namespace tenggat::store {
namespace {

using Columns = std::map<std::string, int>;  // "table.column", and how often it is named

// Rows "| `table` | `column` `column` | ...".
Columns named_in(const std::string& document) {
  Columns named;
  const std::regex row("^\\| `([a-z_]+)` \\| ((?:`[a-z0-9_]+` ?)+)\\|.*$");
  const std::regex word("`([a-z0-9_]+)`");
  std::istringstream in(document);
  for (std::string line; std::getline(in, line);) {
    std::smatch parts;
    if (!std::regex_match(line, parts, row)) continue;
    const std::string columns = parts[2];
    for (std::sregex_iterator at(columns.begin(), columns.end(), word), end; at != end; ++at)
      ++named[parts[1].str() + '.' + (*at)[1].str()];
  }
  return named;
}

std::vector<std::string> faults(const Columns& named, const std::vector<std::string>& schema) {
  std::vector<std::string> all;
  Columns left = named;
  for (const std::string& column : schema) {
    const auto found = left.find(column);
    if (found == left.end())
      all.push_back(column + " is not in docs/privacy.md: is it personal?");
    else if (found->second > 1)
      all.push_back(column + " is named more than once");
    if (found != left.end()) left.erase(found);
  }
  for (const auto& [column, times] : left) all.push_back(column + " is in no table");
  return all;
}

class PersonalData : public test::OnDatabase {
 protected:
  std::vector<std::string> schema() {
    std::istringstream in(
        sql("SELECT string_agg(table_name || '.' || column_name, ' ') FROM"
            " information_schema.columns JOIN information_schema.tables USING (table_schema,"
            " table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
            " AND table_name <> 'schema_migration'"));
    std::vector<std::string> all;
    for (std::string one; in >> one;) all.push_back(one);
    return all;
  }
  static Columns document() {
    std::ifstream in(std::string(TENGGAT_SOURCE_DIR) + "/docs/privacy.md");
    return named_in({std::istreambuf_iterator<char>(in), {}});
  }
};

TEST_F(PersonalData, EveryColumnIsInTheTableOfThePageOrAmongThoseWithout) {
  migrate();
  const std::vector<std::string> columns = schema();
  ASSERT_GT(columns.size(), 400U);
  EXPECT_EQ(faults(document(), columns), std::vector<std::string>());
  std::cout << fmt::format("{} columns\n", columns.size());
}

TEST_F(PersonalData, AColumnThatNobodyHasThoughtAboutIsNamed) {
  migrate();
  sql("ALTER TABLE applicant ADD nik text; ALTER TABLE visit DROP COLUMN waited CASCADE");
  EXPECT_EQ(faults(document(), schema()),
            (std::vector<std::string>{"applicant.nik is not in docs/privacy.md: is it personal?",
                                      "visit.waited is in no table"}));
  Columns twice = document();
  twice["applicant.name"] = 2;
  twice["applicant.nik"] = 1;
  twice.erase("visit.waited");
  EXPECT_EQ(faults(twice, schema()),
            std::vector<std::string>{"applicant.name is named more than once"});
}

}  // namespace
}  // namespace tenggat::store
