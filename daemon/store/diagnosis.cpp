#include "daemon/store/diagnosis.h"

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kAilment = columns(given("check_name", &Ailment::check),
                                  given("says", &Ailment::says), given("remedy", &Ailment::remedy));

// Of the server and how this database and role are set. What is said of settings is what this
// session has, so those of the role and of the database are among them.
constexpr const char* kServer =
    "SELECT {} FROM (VALUES"
    " ('server', 'PostgreSQL ' || current_setting('server_version') || ' is too old',"
    "  'move the database to PostgreSQL 15 or later',"
    "  current_setting('server_version_num')::int < 140000),"
    " ('server', 'its encoding is ' || current_setting('server_encoding') || ', names are in UTF8',"
    "  'make the database anew with ENCODING UTF8 and bring a dump back into it',"
    "  current_setting('server_encoding') <> 'UTF8'),"
    " ('server', 'it is a standby, which takes no writes',"
    "  'name all hosts in `database`, with target_session_attrs=read-write', pg_is_in_recovery()),"
    " ('server', 'sessions are read-only (default_transaction_read_only)',"
    "  'ALTER ROLE or ALTER DATABASE ... RESET default_transaction_read_only',"
    "  current_setting('default_transaction_read_only') = 'on' AND NOT pg_is_in_recovery()),"
    " ('server', 'fsync is off: a power cut loses the database', 'fsync = on in postgresql.conf',"
    "  current_setting('fsync') = 'off'),"
    " ('server', 'full_page_writes is off: a power cut tears pages',"
    "  'full_page_writes = on in postgresql.conf', current_setting('full_page_writes') = 'off'),"
    " ('server', 'synchronous_commit is off: what was acknowledged may be lost',"
    "  'RESET synchronous_commit where it is set: postgresql.conf, the role or the database',"
    "  current_setting('synchronous_commit') = 'off'),"
    " ('server', 'autovacuum is off: tables grow for ever', 'autovacuum = on in postgresql.conf',"
    "  current_setting('autovacuum') = 'off'),"
    " ('server', 'track_counts is off: autovacuum is blind', 'track_counts = on',"
    "  current_setting('track_counts') = 'off'),"
    " ('server', 'max_connections is ' || current_setting('max_connections') || ', a daemon takes "
    "15',"
    "  'max_connections = 40 or more in postgresql.conf',"
    "  current_setting('max_connections')::int < 25),"
    " ('server', 'transaction ids run out: autovacuum does not keep up',"
    "  'VACUUM FREEZE as an administrator; look for transactions that stay open',"
    "  (SELECT age(datfrozenxid) > 1000000000 FROM pg_database"
    "   WHERE datname = current_database())),"
    " ('server', 'a lock_timeout or statement_timeout is set for this role, which has its own',"
    "  'ALTER ROLE or ALTER DATABASE ... RESET statement_timeout, RESET lock_timeout',"
    "  EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS one"
    "   WHERE (s.setrole = 0 OR s.setrole = (SELECT oid FROM pg_roles WHERE rolname = "
    "current_user))"
    "   AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
    "   AND (one LIKE 'statement_timeout=%' OR one LIKE 'lock_timeout=%')))"
    ") AS setting(check_name, says, remedy, ails) WHERE ails";

// Of tables and of those who use them.
constexpr const char* kTables =
    "SELECT {} FROM ("
    " SELECT 'server' AS check_name, 'autovacuum is off for ' || string_agg(relname, ', ') AS says,"
    "  'ALTER TABLE ... RESET (autovacuum_enabled)' AS remedy FROM pg_class c,"
    "  pg_options_to_table(c.reloptions) AS o WHERE c.relkind = 'r'"
    "  AND c.relnamespace = current_schema()::regnamespace AND o.option_name = 'autovacuum_enabled'"
    "  AND o.option_value IN ('off', 'false', 'no', '0') HAVING count(*) > 0"
    " UNION ALL SELECT 'server', 'pg_trgm lies in the schema ' || n.nspname || ', where an office "
    "is',"
    "  'as its owner: ALTER EXTENSION pg_trgm SET SCHEMA tenggat_extensions' FROM pg_extension e"
    "  JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm'"
    "  AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid"
    "              AND c.relname = 'schema_migration')"
    " UNION ALL SELECT 'server', count(*) || ' prepared transactions are open, since '"
    "  || min(prepared)::timestamptz(0), 'COMMIT PREPARED or ROLLBACK PREPARED each of "
    "pg_prepared_xacts'"
    "  FROM pg_prepared_xacts WHERE database = current_database()"
    "  AND prepared < clock_timestamp() - interval '5 minutes' HAVING count(*) > 0"
    " UNION ALL SELECT 'role', 'it may not read or add to ' || string_agg(relname, ', '),"
    "  '`tenggat db migrate` as the owner gives it what it needs' FROM pg_class c"
    "  WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
    "  AND c.relname IN ('permit', 'visit', 'event', 'office_event', 'message', 'notice', 'seal')"
    "  AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT'))"
    "  HAVING count(*) > 0"
    ") AS found";

// Of what it holds.
constexpr const char* kWork =
    "SELECT {} FROM ("
    " SELECT 'messages' AS check_name, count(*) || ' messages of the last week reached nobody' AS "
    "says,"
    "  '`tenggat message list --state dead`, then `message retry` or `message discard`' AS remedy"
    "  FROM message WHERE state = 'dead' AND reason <> 'discarded'"
    "  AND next_attempt_at > clock_timestamp() - interval '7 days' HAVING count(*) > 0"
    " UNION ALL SELECT 'messages', count(*) || ' messages should have left more than 15 minutes "
    "ago',"
    "  'is the daemon running, does its channel take mails? `journalctl -u tenggatd`'"
    "  FROM message WHERE state = 'queued'"
    "  AND next_attempt_at < clock_timestamp() - interval '15 minutes' HAVING count(*) > 0"
    " UNION ALL SELECT 'portal', 'it answered 410, so nothing is posted since '"
    "  || disabled_at::timestamptz(0), 'mend the portal, then `tenggat portal enable`'"
    "  FROM portal WHERE disabled_at IS NOT NULL"
    " UNION ALL SELECT 'portal', count(*) || ' changes never reached it',"
    "  '`tenggat portal status` says why; then `tenggat portal replay`'"
    "  FROM portal_event WHERE state = 'dead' HAVING count(*) > 0"
    " UNION ALL SELECT 'portal', 'changes wait for it since ' || min(created_at)::timestamptz(0),"
    "  '`tenggat portal status` says what it answered'"
    "  FROM portal_event WHERE state = 'pending'"
    "  AND created_at < clock_timestamp() - interval '1 hour' HAVING count(*) > 0"
    " UNION ALL SELECT 'seals', 'the record was last sealed at ' || max(s.at)::timestamptz(0),"
    "  'is the daemon running, and has it `seal_key_file`? `journalctl -u tenggatd`'"
    "  FROM seal s, office_now() AS now"
    "  HAVING max(s.at) < min(now) - interval '2 days'"
    " UNION ALL SELECT 'seals', 'the record has events since ' || min(e.at)::timestamptz(0)"
    "  || ' and no seal', 'start the daemon: it seals once a day and at its stop'"
    "  FROM office_event e, office_now() AS now WHERE NOT EXISTS (SELECT FROM seal)"
    "  HAVING min(e.at) < min(now) - interval '2 days'"
    ") AS found";

}  // namespace

pg::Awaitable<Diagnosis> diagnose(pg::Connection& connection) {
  static const auto server = each<kAilment>(kServer);
  static const auto tables = each<kAilment>(kTables);
  static const auto work = each<kAilment>(kWork);
  static const auto now =
      value<std::int64_t>("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint");
  static const auto who = value<std::int64_t>("SELECT pg_backend_pid()::bigint");
  pg::Pipeline asking;
  const auto time = asking.add(now);
  const auto backend = asking.add(who);
  const auto first = asking.add(server);
  const auto second = asking.add(tables);
  const auto third = asking.add(work);
  const pg::Results results = co_await connection.run(std::move(asking));
  Diagnosis diagnosis;
  diagnosis.at_microseconds = results[time];
  diagnosis.backend = results[backend];
  for (const std::vector<Ailment>& some :
       {std::vector<Ailment>(results[first]), std::vector<Ailment>(results[second]),
        std::vector<Ailment>(results[third])})
    diagnosis.ailments.insert(diagnosis.ailments.end(), some.begin(), some.end());
  co_return diagnosis;
}

pg::Awaitable<std::optional<LinkMessage>> last_link_to(pg::Connection& connection,
                                                       std::string address) {
  static constexpr auto kLink =
      columns(given("id", &LinkMessage::id), given("channel", &LinkMessage::channel),
              given("state", &LinkMessage::state), given("reason", &LinkMessage::reason));
  static const auto last = maybe<kLink>(
      "SELECT {} FROM message WHERE text = 'tautan_masuk' AND lower(address) = lower($1::text)"
      " AND id > (SELECT max(id) - 10000 FROM message) ORDER BY id DESC LIMIT 1");
  pg::Pipeline asking;
  const auto slot = asking.add(last, std::move(address));
  const pg::Results results = co_await connection.run(std::move(asking));
  co_return results[slot];
}

}  // namespace tenggat::store
