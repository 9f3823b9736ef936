#include "daemon/cli/options.h"

#include <gtest/gtest.h>

namespace tenggat::cli {
namespace {

using Count = Option::Count;

const std::vector<Option> kOptions{{"id", "ID", "", Count::required},
                                   {"role", "ROLE", "", Count::several},
                                   {"note", "TEXT", "", Count::optional},
                                   {"json", "", "", Count::optional}};
const std::vector<Positional> kPositional{{"PERMIT", true}, {"FILE", false}};

boost::system::result<Given, std::string> parse(const std::vector<std::string>& arguments) {
  return parse_options(kOptions, kPositional, arguments);
}

TEST(Options, ValuesComeAfterASpaceOrAnEqualsSign) {
  const auto given = parse({"7", "--id", "siti", "--role=a", "--role", "b", "--json", "f"});
  ASSERT_TRUE(given) << given.error();
  EXPECT_EQ(given->text("id"), "siti");
  EXPECT_EQ(given->all("role"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(given->has("json"));
  EXPECT_FALSE(given->has("note"));
  EXPECT_EQ(given->argument(0), "7");
  EXPECT_EQ(given->argument(1), "f");
  EXPECT_EQ(given->argument(2), std::nullopt);
}

TEST(Options, AValueThatBeginsWithDashesNeedsAnEqualsSign) {
  EXPECT_EQ(parse({"7", "--id=x", "--note=--strange"})->text("note"), "--strange");
  EXPECT_EQ(parse({"7", "--id=x", "--note", "--json"}).error(), "--note needs a value, TEXT");
}

TEST(Options, AfterTwoDashesEverythingIsAnArgument) {
  const auto given = parse({"--id=x", "--", "--json", "-"});
  ASSERT_TRUE(given) << given.error();
  EXPECT_EQ(given->argument(0), "--json");
  EXPECT_EQ(given->argument(1), "-");
}

TEST(Options, FaultsAreSentences) {
  struct Row {
    std::vector<std::string> arguments;
    std::string fault;
  };
  const Row rows[] = {
      {{"7"}, "--id ID is missing"},
      {{"--id", "x"}, "PERMIT is missing"},
      {{"7", "--id", "x", "--id", "y"}, "--id is given twice"},
      {{"7", "--id"}, "--id needs a value, ID"},
      {{"7", "--id=x", "--json=1"}, "--json takes no value"},
      {{"7", "--id=x", "--jsom"}, "there is no option --jsom"},
      {{"7", "--id=x", "-j"}, "there is no option -j"},
      {{"7", "8", "9", "--id=x"}, "`9` is one argument too many"},
  };
  for (const Row& row : rows) EXPECT_EQ(parse(row.arguments).error(), row.fault);
}

}  // namespace
}  // namespace tenggat::cli
