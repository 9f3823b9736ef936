#include "daemon/store/errors.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "daemon/store/columns.h"
#include "daemon/store/migrations.h"
#include "tests/support/await.h"
#include "tests/support/postgres.h"

namespace tenggat::store {
namespace {

using test::await;
using test::fresh_database;

Conflict conflict(const std::string& sqlstate, const std::string& constraint) {
  pg::ErrorFields fields;
  fields.sqlstate = sqlstate;
  fields.constraint = constraint;
  return conflict_of(pg::Error(fields));
}

struct Named {
  const char* constraint;
  Conflict conflict;
};
constexpr Named kNamed[] = {{"idempotency_pkey", Conflict::same_key},
                            {"permit_pkey", Conflict::lost_race},
                            {"applicant_pkey", Conflict::lost_race},
                            {"permit_tracking_hash_key", Conflict::lost_race},
                            {"permit_external", Conflict::external_id_taken},
                            {"permit_number_key", Conflict::number_taken},
                            {"officer_email_shared", Conflict::shared_email},
                            {"officer_whatsapp_shared", Conflict::shared_whatsapp},
                            {"officer_leave_overlap", Conflict::leave_overlaps},
                            {"delegation_overlap", Conflict::delegation_overlaps}};

TEST(Errors, EachNameOfTheSchemaMeansOneThing) {
  for (const Named& one : kNamed)
    EXPECT_EQ(conflict("23505", one.constraint), one.conflict) << one.constraint;
  EXPECT_EQ(conflict("23505", "visit_pkey"), Conflict::broken);
  EXPECT_EQ(conflict("23502", ""), Conflict::none);
  EXPECT_EQ(conflict("08006", ""), Conflict::none);
}

TEST(Errors, WhatPassesIsAnOutageARollbackAStalePlanOrUnknown) {
  const auto passes = [](const std::string& sqlstate, bool unknown = false) {
    pg::ErrorFields fields;
    fields.sqlstate = sqlstate;
    fields.outcome_unknown = unknown;
    return failure_of(pg::Error(fields)).passes;
  };
  for (const char* sqlstate : {"08006", "53100", "57P01", "25006", "40001", "40P01", "0A000"})
    EXPECT_TRUE(passes(sqlstate)) << sqlstate;
  EXPECT_TRUE(passes("23505", true));
  for (const char* sqlstate : {"23505", "22003", "57014", "42703"})
    EXPECT_FALSE(passes(sqlstate)) << sqlstate;
}

pg::Awaitable<void> look_for_names(std::string conninfo) {
  pg::Connection connection = co_await pg::Connection::connect(pg::ConnectOptions{conninfo});
  co_await pg::migrate(connection, migrations());
  const auto there = value<bool>(
      "SELECT EXISTS (SELECT FROM pg_class WHERE relname = $1 AND relkind = 'i')"
      " OR EXISTS (SELECT FROM pg_proc WHERE prosrc LIKE '%CONSTRAINT = ''' || $1 || '''%')");
  for (const Named& one : kNamed) {
    const bool found = co_await connection.query(there, one.constraint);
    EXPECT_TRUE(found) << one.constraint;
  }
}

TEST(Errors, TheSchemaHasEachName) {
  boost::asio::io_context io;
  await(io, look_for_names(fresh_database()));
}

}  // namespace
}  // namespace tenggat::store
