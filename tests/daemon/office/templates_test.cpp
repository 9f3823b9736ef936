// How the texts' templates stand with Meta: asked once an hour by whoever comes first, kept, and
// said in words.
#include "daemon/office/templates.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <fstream>
#include <sstream>

#include "daemon/base/clock.h"
#include "daemon/base/config.h"
#include "daemon/base/secrets.h"
#include "daemon/pg/migrate.h"
#include "daemon/store/migrations.h"
#include "tests/support/await.h"
#include "tests/support/meta_sink.h"
#include "tests/support/postgres.h"

namespace tenggat::office {
namespace {

namespace asio = boost::asio;
using notify::meta::TemplateState;

notify::Texts shipped(const char* name) {
  const std::string path = std::string(TENGGAT_SOURCE_DIR) + "/rules/office/texts/" + name;
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return notify::load_texts({path, text.str()}).value();
}

notify::Text text_of(const char* id, const char* name) {
  notify::Text text;
  text.id = id;
  text.template_name = name;
  return text;
}

TEST(TemplatesOfTexts, EachTemplateOfEachLanguageIsThereOnce) {
  notify::Texts texts({text_of("tahap", "t_tahap"), text_of("lain", "t_tahap")});
  EXPECT_EQ(templates_of(texts), (std::vector<TemplateOfText>{{"tahap", "t_tahap", "id"}}));
  texts.translate(notify::Texts({text_of("tahap", "t_tahap")}, "en"));
  EXPECT_EQ(templates_of(texts),
            (std::vector<TemplateOfText>{{"tahap", "t_tahap", "id"}, {"tahap", "t_tahap", "en"}}));
}

TEST(TemplatesOfTexts, WhatMetaSaysIsSaidInWordsWithWhatToDo) {
  struct Row {
    const char *status, *reason, *words;
    bool well;
  };
  const Row rows[] = {
      {"APPROVED", "", "disetujui", true},
      {"PENDING", "", "menunggu peninjauan Meta", false},
      {"IN_APPEAL", "", "menunggu peninjauan Meta", false},
      {"REJECTED", "INVALID_FORMAT", "ditolak: bentuknya tidak sah", false},
      {"REJECTED", "", "ditolak: Meta tidak menyebutkan alasannya", false},
      {"REJECTED", "NEW_REASON", "ditolak: NEW_REASON", false},
      {"PAUSED", "", "dijeda", false},
      {"DISABLED", "", "dinonaktifkan Meta", false},
      {"LIMIT_EXCEEDED", "", "keadaan lain (LIMIT_EXCEEDED)", false},
  };
  for (const Row& row : rows) {
    const TemplateView view =
        templates_in_view({{"tahap", "t", "id"}}, {{"t", "id", row.status, row.reason, Instant{}}})
            .front();
    EXPECT_EQ(standing_words(view), row.words);
    EXPECT_EQ(view.well(), row.well) << row.words;
    EXPECT_EQ(remedy_words(view.standing).empty(), row.well) << row.words;
  }
  const auto views = templates_in_view(
      {{"a", "t", "id"}, {"b", "u", "id"}},
      {{"t", "id", "APPROVED", "", Instant{}}, {"u", "en", "APPROVED", "", Instant{}}});
  EXPECT_EQ(views.at(0).of.name, "u") << "what is not approved comes first";
  EXPECT_EQ(standing_words(views.at(0)), "belum diajukan");
}

class TemplatesTest : public testing::Test {
 protected:
  TemplatesTest() {
    static int count = 0;
    database_ = "templates_" + std::to_string(++count);
    const std::string conninfo = test::shared_postgres().create_database(database_);
    test::await(io_, migrate(conninfo));
    pool_.emplace(io_.get_executor(), pg::PoolOptions(conninfo));
    notify::ChannelsConfig channels;
    channels.whatsapp = sink_.config();
    worker_.emplace(io_.get_executor(), *pool_, metrics_, setup_with(std::move(channels)));
  }
  ~TemplatesTest() override { pool_->close(); }

  static asio::awaitable<void> migrate(std::string conninfo) {
    pg::Connection db = co_await pg::Connection::connect(pg::ConnectOptions{std::move(conninfo)});
    co_await pg::migrate(db, store::migrations());
  }
  office::Setup setup_with(notify::ChannelsConfig channels) {
    return {config_, secrets_, texts_,
            std::make_shared<notify::Outgoing>(io_.get_executor(), std::move(channels),
                                               &Clock::machine_now)};
  }
  std::string query(const std::string& sql) {
    return test::shared_postgres().execute(sql, database_);
  }
  bool asks() {
    io_.restart();
    return test::await(io_, worker_->run_once());
  }

  asio::io_context io_{1};
  std::shared_ptr<const notify::Texts> texts_ =
      std::make_shared<const notify::Texts>(shipped("id.yaml"));
  test::MetaSink sink_{*texts_};
  Metrics metrics_{MetricsOptions{}};
  Config config_;
  Secrets secrets_;
  std::string database_;
  std::optional<pg::Pool> pool_;
  std::optional<Templates> worker_;
};

TEST_F(TemplatesTest, AreAskedForOnceAnHourAndWhenSomebodyWantsToKnow) {
  EXPECT_TRUE(asks());
  EXPECT_FALSE(asks());
  query("UPDATE template_look SET asked_at = now() - interval '59 minutes'");
  EXPECT_FALSE(asks());
  query("UPDATE template_look SET wanted_at = now()");
  EXPECT_TRUE(asks());
  query("UPDATE template_look SET wanted_at = now() + interval '1 second'");
  EXPECT_FALSE(asks()) << "not twice a minute";
  query("UPDATE template_look SET asked_at = now() - interval '61 minutes', wanted_at = NULL");
  EXPECT_TRUE(asks());
}

TEST_F(TemplatesTest, OfTheAccountOnlyOursAreKeptAndSinceWhenEachStandsSo) {
  sink_.templates({{"tenggat_tahap_v2", "id", "APPROVED", ""},
                   {"tenggat_tahap_v2", "en_US", "APPROVED", ""},
                   {"promosi", "id", "APPROVED", ""},
                   {"tenggat_lengkap_v2", "id", "PENDING", ""}});
  ASSERT_TRUE(asks());
  const std::string all =
      "SELECT string_agg(name || ' ' || status || ' ' || reason, ', '"
      " ORDER BY name) FROM template_state";
  EXPECT_EQ(query(all), "tenggat_lengkap_v2 PENDING , tenggat_tahap_v2 APPROVED ");
  query("UPDATE template_look SET asked_at = NULL");
  query("UPDATE template_state SET since = now() - interval '3 days'");
  sink_.templates({{"tenggat_lengkap_v2", "id", "REJECTED", "INVALID_FORMAT"}});
  ASSERT_TRUE(asks());
  EXPECT_EQ(query(all), "tenggat_lengkap_v2 REJECTED INVALID_FORMAT");
  EXPECT_EQ(query("SELECT since > now() - interval '1 hour' FROM template_state"), "t");
  query("UPDATE template_look SET asked_at = NULL");
  query("UPDATE template_state SET since = now() - interval '3 days'");
  ASSERT_TRUE(asks());
  EXPECT_EQ(query("SELECT since > now() - interval '1 hour' FROM template_state"), "f");
}

TEST_F(TemplatesTest, ARefusalIsKeptBesideWhatWasKnownUntilItIsAnsweredAgain) {
  ASSERT_TRUE(asks());
  const std::string known = query("SELECT count(*) FROM template_state");
  EXPECT_NE(known, "0");
  query("UPDATE template_look SET asked_at = NULL");
  sink_.refuse_templates(401, 190);
  ASSERT_TRUE(asks());
  EXPECT_EQ(query("SELECT refused FROM template_look"), "auth_failed");
  EXPECT_EQ(query("SELECT count(*) FROM template_state"), known);
  query("UPDATE template_look SET asked_at = NULL");
  sink_.refuse_templates(0, 0);
  ASSERT_TRUE(asks());
  EXPECT_EQ(query("SELECT refused FROM template_look"), "");
}

TEST_F(TemplatesTest, WithoutAnAccountNobodyIsAsked) {
  notify::ChannelsConfig channels;
  channels.whatsapp = sink_.config();
  channels.whatsapp.business_account_id.clear();
  worker_->reload(setup_with(channels));
  EXPECT_EQ(worker_->known(), Templates::Known::no_account);
  EXPECT_FALSE(asks());
  EXPECT_EQ(sink_.templates_asked(), 0);
  channels.whatsapp = {};
  worker_->reload(setup_with(channels));
  EXPECT_EQ(worker_->known(), Templates::Known::no_templates);
}

}  // namespace
}  // namespace tenggat::office
