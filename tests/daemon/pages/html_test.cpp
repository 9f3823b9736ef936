#include "daemon/pages/html.h"

#include <gtest/gtest.h>

namespace tenggat::pages {
namespace {

// What does not compile is not shown here: a place outside of quotes in a tag, markup in an
// attribute, markup that is no literal.
TEST(Html, TextIsEscapedWhereverItStands) {
  const std::string hostile = "\"><script>alert('1')</script>&amp;";
  const std::string escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;";
  EXPECT_EQ(html("<p title=\"{}\">{}</p>", hostile, hostile).bytes(),
            "<p title=\"" + escaped + "\">" + escaped + "</p>");
  EXPECT_EQ(html("{}", std::string_view("<b>")).bytes(), "&lt;b&gt;");
  EXPECT_EQ(html("{}", "<b>").bytes(), "&lt;b&gt;");
}

TEST(Html, NoNameTurnsTheLineItStandsIn) {
  const std::string turns = "Toko \u202Egnarut", arabic = "محمد";
  EXPECT_EQ(html("<p title=\"{}\">{}, 3 hari</p>", turns, turns).bytes(),
            "<p title=\"Toko \u202Egnarut\">Toko gnarut, 3 hari</p>");
  EXPECT_EQ(html("<option>{}</option> {}", arabic, 3).bytes(),
            "<option>\u2068محمد\u2069</option> 3");
  EXPECT_EQ(lines("a\u200Bb\n" + arabic).bytes(), "ab<br>\u2068محمد\u2069");
  // What is typed on is as it was.
  EXPECT_EQ(html("<textarea>{}</textarea>", arabic).bytes(), "<textarea>محمد</textarea>");
}

TEST(Html, MarkupOfOursGoesInAsItIs) {
  Html items;
  EXPECT_TRUE(items.empty());
  for (int i = 1; i <= 2; ++i) items += html("<li>{}</li>", i);
  EXPECT_EQ(html("<ol class=\"{}\">{}</ol>", "a", items).bytes(),
            "<ol class=\"a\"><li>1</li><li>2</li></ol>");
}

TEST(Html, APlaceInAValueIsNoPlace) {
  EXPECT_EQ(html("<p>{}{}</p>", "{}", "x").bytes(), "<p>{}x</p>");
}

TEST(Html, LinesKeepTheirBreaks) {
  EXPECT_EQ(lines("a\n<b>\n").bytes(), "a<br>&lt;b&gt;<br>");
  EXPECT_EQ(lines("").bytes(), "");
}

}  // namespace
}  // namespace tenggat::pages
