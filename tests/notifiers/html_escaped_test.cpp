#include "notifiers/html_escaped.h"

#include <gtest/gtest.h>

namespace tenggat::notify {
namespace {

TEST(HtmlEscaped, NothingEndsItsTextOrItsAttribute) {
  EXPECT_EQ(html_escaped("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
}

}  // namespace
}  // namespace tenggat::notify
