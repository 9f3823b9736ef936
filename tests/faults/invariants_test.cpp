// The judge is judged: each kind of breach, planted in a finished office, is named by it.
#include "tests/support/invariants.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/faults/rig.h"

namespace tenggat::test {
namespace {

struct Plant {
  const char* name;
  const char* invariant;  // the one that must be named
  const char* says;       // a part of what is said
  const char* sql;
};

// `gone` holds the id of one permit.
const Plant kPlants[] = {
    {"a permit is gone", "I1", "there is no permit",
     "DELETE FROM note n USING gone g WHERE n.permit = g.id;"
     "DELETE FROM raised_rung n USING gone g WHERE n.permit = g.id;"
     "DELETE FROM pause n USING gone g WHERE n.permit = g.id;"
     "DELETE FROM document n USING gone g WHERE n.permit = g.id;"
     "DELETE FROM visit n USING gone g WHERE n.permit = g.id;"
     "DELETE FROM event n USING gone g WHERE n.permit = g.id;"
     "DELETE FROM permit n USING gone g WHERE n.id = g.id"},
    {"a key is gone", "I1", "was acknowledged and is not kept",
     "DELETE FROM idempotency WHERE key = (SELECT max(key) FROM idempotency)"},
    {"a key is kept with another answer", "I1", "was answered otherwise",
     "UPDATE idempotency SET answer = jsonb_set(answer::jsonb, '{version}', '77')::text"
     " WHERE key = (SELECT max(key) FROM idempotency)"},
    {"a key was applied twice", "I2", "events of commands by",
     "INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
     " SELECT permit, sequence + 1, type, visit, actor, at, fields, hash FROM event"
     " WHERE (permit, sequence) = (SELECT id, events FROM permit p WHERE EXISTS (SELECT FROM event"
     "  e WHERE e.permit = p.id AND e.sequence = p.events AND e.type = 'acted') LIMIT 1)"},
    {"a state changed without its event", "I3", "is closed by no event",
     "UPDATE visit SET closed_at = opened_at WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE closed_at IS NULL LIMIT 1)"},
    {"an event came without its change", "I3", "is open, and an event closed it",
     "UPDATE visit SET closed_at = NULL WHERE (permit, id) = (SELECT permit, id FROM visit v"
     " WHERE closed_at IS NOT NULL AND action <> 'cancelled' AND NOT EXISTS (SELECT FROM event"
     "  WHERE permit = v.permit AND type = 'undone') LIMIT 1)"},
    {"a version without an event", "I3", "version",
     "UPDATE permit SET version = version + 1 WHERE id = (SELECT min(id) FROM permit)"},
    {"a notice to an officer is missing", "I3", "told",
     "DELETE FROM notice WHERE id = (SELECT max(id) FROM notice WHERE kind = 'start')"},
    {"a notice to the applicant is missing", "I3", "told the applicant 0 times",
     "DELETE FROM notice WHERE id = (SELECT max(id) FROM notice WHERE text = 'diterima')"},
    {"a rendered notice has no message", "I3", "is rendered in no message",
     "DELETE FROM message_notice WHERE (message, notice) = (SELECT c.message, c.notice FROM"
     " message_notice c WHERE c.permit <> 0 LIMIT 1)"},
    {"somebody is told twice", "I3", "is in 2 messages to",
     "INSERT INTO message_notice SELECT b.id, c.permit, c.notice FROM message_notice c JOIN message"
     " a ON a.id = c.message JOIN message b ON b.recipient = a.recipient AND b.id <> a.id LIMIT 1"},
    {"a message tells nothing", "I3", "tells nothing",
     "DELETE FROM message_notice WHERE message = (SELECT min(message) FROM message_notice)"},
    {"a visit without its permit", "I3", "which is not there",
     "INSERT INTO visit (permit, id, step, occurrence, role, opened_at)"
     " VALUES (7, 1, 'verifikasi', 1, 'front_office', now())"},
    {"a rung without its event", "I3", "rungs raised by time",
     "INSERT INTO raised_rung SELECT permit, visit, 'due', 1, 7, due_at, raised_at, true"
     " FROM raised_rung WHERE rung = 'start' LIMIT 1"},
    {"a rung was raised at another instant", "I4", "was raised as due",
     "UPDATE raised_rung SET due_at = due_at - interval '1 second' WHERE (permit, visit, rung, k) ="
     " (SELECT r.permit, visit, rung, k FROM raised_rung r JOIN visit v ON v.permit = r.permit AND"
     "  v.id = visit WHERE rung = 'due' AND NOT undone AND action <> 'cancelled' LIMIT 1)"},
    {"a rung was raised early", "I4", "was raised early",
     "ALTER TABLE raised_rung DROP CONSTRAINT raised_rung_check;"
     "UPDATE raised_rung SET raised_at = due_at - interval '1 second' WHERE (permit, visit, rung,"
     " k) = (SELECT permit, visit, rung, k FROM raised_rung WHERE rung = 'due' LIMIT 1)"},
    {"a rung is missing on an open visit", "I4", "has not happened",
     "DELETE FROM raised_rung WHERE (permit, visit, rung) = (SELECT r.permit, r.visit, r.rung"
     " FROM raised_rung r JOIN visit v ON v.permit = r.permit AND v.id = r.visit"
     " WHERE r.rung = 'due' AND v.closed_at IS NULL AND NOT v.undone LIMIT 1)"},
    {"a rung was raised twice", "I4", "was raised 2 times",
     "INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
     " SELECT permit, sequence + 1000, type, visit, actor, at, fields, hash FROM event"
     " WHERE type = 'rung_raised' LIMIT 1"},
    {"a closed permit went on", "I6", "came after its end",
     "INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
     " SELECT permit, sequence + 1, 'claimed', visit, actor, at, fields, hash FROM event"
     " WHERE (permit, sequence) = (SELECT id, events FROM permit WHERE state = 'issued' LIMIT 1)"},
    {"a closed permit has an open visit", "I6", "is open",
     "UPDATE visit SET closed_at = NULL WHERE (permit, id) = (SELECT permit, max(id) FROM visit"
     " WHERE permit = (SELECT min(id) FROM permit WHERE state = 'issued') GROUP BY permit)"},
    {"a message was accepted with an old token", "I6", "with token",
     "UPDATE message SET fence = fence + 1 WHERE id = (SELECT min(id) FROM message WHERE state ="
     " 'accepted')"},
    {"an event was altered", "I7", "not as it was written",
     "UPDATE event SET actor = 'officer:x' WHERE (permit, sequence) = (SELECT permit, sequence"
     " FROM event LIMIT 1)"},
    {"a due is stored that the ledger does not give", "I8", "the due of a visit",
     "UPDATE visit SET due_at = due_at + interval '1 second' WHERE (permit, id) ="
     " (SELECT permit, id FROM visit WHERE due_at IS NOT NULL AND NOT undone LIMIT 1)"},
    {"the case's due differs", "I8", "the due of the case",
     "UPDATE permit SET case_due_at = case_due_at + interval '1 second' WHERE id ="
     " (SELECT min(id) FROM permit WHERE case_due_at IS NOT NULL)"},
    {"the next check differs", "I8", "the next check",
     "UPDATE visit SET check_at = NULL WHERE permit = (SELECT min(permit) FROM visit WHERE"
     " check_at IS NOT NULL)"},
    {"a visit took another time", "I8", "took",
     "UPDATE visit SET elapsed = elapsed + 1 WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE verdict IS NOT NULL LIMIT 1)"},
    // Branches.
    {"a join opened early", "I3", "was opened before",
     "INSERT INTO visit (permit, id, step, occurrence, role, opened_at) SELECT permit,"
     " (SELECT max(id) + 1 FROM visit WHERE permit = v.permit), 'pemeriksaan_lapangan', 1,"
     " 'tim_teknis', closed_at FROM visit v WHERE joined AND EXISTS (SELECT FROM visit o WHERE"
     " o.permit = v.permit AND o.fork = v.fork AND o.closed_at IS NULL AND NOT o.undone) LIMIT 1"},
    {"a join opened twice", "I3", "was opened twice for the block",
     "INSERT INTO visit (permit, id, step, occurrence, role, opened_at) SELECT permit,"
     " (SELECT max(id) + 1 FROM visit WHERE permit = v.permit), step, occurrence + 1, role,"
     " opened_at FROM visit v JOIN permit p ON p.id = permit WHERE p.state = 'active'"
     " AND step = 'pemeriksaan_lapangan' AND NOT undone LIMIT 1"},
    {"an arrival is lost", "I3", "arrived at the join by event",
     "UPDATE visit SET joined = false WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE joined LIMIT 1)"},
    {"a branch arrived that nobody brought", "I3", "has arrived at the join by no event",
     "UPDATE visit SET joined = true WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE fork <> 0 AND NOT joined AND NOT undone LIMIT 1)"},
    {"a branch is gone", "I3", "and there is no visit",
     "DELETE FROM visit WHERE (permit, id) = (SELECT permit, id FROM visit v WHERE fork <> 0"
     " AND closed_at IS NULL AND NOT undone LIMIT 1)"},
    {"a branch is open twice", "I3", "is open 2 times",
     "INSERT INTO visit (permit, id, step, occurrence, role, opened_at, fork, branch)"
     " SELECT permit, (SELECT max(id) + 1 FROM visit WHERE permit = v.permit), step,"
     " occurrence + 1, role, opened_at, fork, branch FROM visit v WHERE fork <> 0"
     " AND closed_at IS NULL AND NOT undone LIMIT 1"},
    {"a visit lies in another branch", "I3", "is of branch",
     "UPDATE visit SET branch = branch + 1 WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE fork <> 0 LIMIT 1)"},
    {"a branch was opened at another instant", "I3", "was opened at another instant",
     "UPDATE visit SET opened_at = opened_at - interval '1 second' WHERE (permit, id) ="
     " (SELECT permit, id FROM visit WHERE fork <> 0 AND NOT undone LIMIT 1)"},
    {"a branch was taken back by nobody", "I3", "is taken back:",
     "UPDATE visit SET undone = true WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE fork <> 0 AND NOT undone LIMIT 1)"},
    {"a cancelled branch is open", "I3", "was cancelled by event",
     "UPDATE visit SET closed_at = NULL, action = '' WHERE (permit, id) = (SELECT permit, id"
     " FROM visit WHERE action = 'cancelled' LIMIT 1)"},
    {"a cancelled branch is judged", "I3", "was cancelled, and is judged",
     "UPDATE visit SET verdict = 'met' WHERE (permit, id) = (SELECT permit, id FROM visit"
     " WHERE action = 'cancelled' LIMIT 1)"},
    {"a cancelled branch went on", "I6", "was cancelled",
     "INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
     " SELECT e.permit, (SELECT max(sequence) + 1 FROM event WHERE permit = e.permit), 'claimed',"
     " v.id, actor, at, fields, hash FROM event e JOIN visit v ON v.permit = e.permit"
     " WHERE v.action = 'cancelled' AND e.type = 'acted' LIMIT 1"},
    {"a cancelled branch was acted on", "I6", "which another branch has cancelled",
     "INSERT INTO event (permit, sequence, type, visit, actor, at, fields, hash)"
     " SELECT e.permit, (SELECT max(sequence) + 1 FROM event WHERE permit = e.permit), type,"
     " v.id, actor, at, fields, hash FROM event e JOIN visit v ON v.permit = e.permit"
     " WHERE v.action = 'cancelled' AND e.type = 'acted' LIMIT 1"},
    {"a cancelled branch was told of later", "I3", "was raised after",
     "UPDATE notice SET cause = cause + 1 WHERE (permit, visit, kind) = (SELECT permit, visit, kind"
     " FROM notice WHERE kind = 'tugas_dibatalkan' LIMIT 1)"},
    {"the officer of a cancelled branch is not told", "I3",
     "was told 0 times that it was cancelled",
     "DELETE FROM notice WHERE (permit, visit, kind) = (SELECT permit, visit, kind FROM notice"
     " WHERE kind = 'tugas_dibatalkan' LIMIT 1)"},
    {"a command was done in another branch", "I1", "is not of kajian_bangunan",
     "UPDATE event e SET visit = o.id FROM visit v, visit o WHERE v.permit = e.permit AND"
     " v.id = e.visit AND v.step = 'kajian_bangunan' AND o.permit = v.permit AND o.fork = v.fork"
     " AND o.step = 'kajian_tata_ruang' AND e.type = 'acted'"},
    {"a pause began at another instant", "I8", "began at another instant",
     "UPDATE pause SET from_at = from_at - interval '1 second' WHERE (permit, id) ="
     " (SELECT permit, id FROM pause LIMIT 1)"},
    {"a pause ended at another instant", "I8", "ended at another instant",
     "UPDATE pause SET to_at = to_at + interval '1 second' WHERE (permit, id) ="
     " (SELECT permit, id FROM pause WHERE to_at IS NOT NULL LIMIT 1)"},
};

// What the plants need: a permit that ended, one whose step came due while it lay; one with a
// branch that has arrived and one that has not, an open join, a branch that was cancelled and told
// so before something else happened.
constexpr const char* kIsRipe =
    "SELECT EXISTS (SELECT FROM permit WHERE state = 'issued' AND sop = 'paud')"
    " AND EXISTS (SELECT FROM raised_rung r JOIN visit v ON v.permit = r.permit AND v.id = r.visit"
    "  WHERE r.rung = 'due' AND v.closed_at IS NULL AND NOT v.undone)"
    " AND EXISTS (SELECT FROM visit v JOIN visit o ON o.permit = v.permit AND o.fork = v.fork"
    "  WHERE v.joined AND NOT v.undone AND o.closed_at IS NULL AND NOT o.undone)"
    " AND EXISTS (SELECT FROM visit v JOIN permit p ON p.id = v.permit WHERE p.state = 'active'"
    "  AND v.step = 'pemeriksaan_lapangan' AND NOT v.undone)"
    " AND EXISTS (SELECT FROM visit v JOIN permit p ON p.id = v.permit WHERE v.action ="
    "  'cancelled' AND v.closed_at < p.changed_at) AND EXISTS (SELECT FROM pause WHERE to_at IS "
    "NOT NULL)";

TEST(InvariantsTest, EachPlantedBreachIsNamed) {
  Rig rig("2026-04-16T07:35:00+08:00@120", {});
  DaemonProcess daemon(rig.daemon_options());
  rig.found_office(daemon);
  OfficeLoad::Options options = rig.load();
  options.ports = {daemon.api_port()};
  options.clients = 8;
  daemon.start();
  // What is ripe while the load runs may be over when its last command is answered.
  std::vector<OfficeLoad::Acknowledged> ledger;
  for (const char* run : {"a", "b", "c", "d", "e"}) {
    options.run = run;
    OfficeLoad load(options);
    load.start();
    ASSERT_TRUE(wait_until([&] { return rig.query(kIsRipe) == "t"; }, std::chrono::seconds(60)))
        << daemon.log();
    ASSERT_TRUE(load.finish());
    ASSERT_EQ(load.refusals(), std::vector<std::string>{});
    for (OfficeLoad::Acknowledged& one : load.acknowledged()) ledger.push_back(std::move(one));
    if (rig.query(kIsRipe) == "t") break;
  }
  ASSERT_EQ(rig.query(kIsRipe), "t");
  rig.stop_clock();
  ASSERT_EQ(rig.wait_until_quiet(std::chrono::seconds(60)), "");
  ASSERT_EQ(daemon.terminate(), 0);
  ASSERT_EQ(breaches(ledger, rig.server, Rig::kDatabase), std::vector<std::string>{});

  for (const Plant& plant : kPlants) {
    rig.server.create_database("planted", Rig::kDatabase);
    rig.server.execute(
        "ALTER TABLE event DISABLE TRIGGER USER;"
        "CREATE TABLE gone AS SELECT min(id) AS id FROM permit",
        "planted");
    rig.server.execute(plant.sql, "planted");
    const std::vector<std::string> found = breaches(ledger, rig.server, "planted");
    bool named = false;
    for (const std::string& breach : found)
      named = named ||
              (breach.starts_with(plant.invariant) && breach.find(plant.says) != std::string::npos);
    EXPECT_TRUE(named) << plant.name << ": " << testing::PrintToString(found);
    rig.server.drop_database("planted");
  }
}

}  // namespace
}  // namespace tenggat::test
