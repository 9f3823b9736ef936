// `tenggat subject`: one applicant's data given out, and erased where the law lets it.
#include <boost/json/parse.hpp>

#include "daemon/office/rule_files.h"
#include "daemon/store/rules.h"
#include "tests/daemon/cli/tool.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using test::Ran;

pg::Awaitable<void> bring_in(pg::Connection& connection, const RuleFiles& files) {
  for (const store::RuleSet& set : files.calendar_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
  for (const store::RuleSet& set : files.sop_sets)
    co_await store::put_in_force(connection, store::By::system(), set);
}

// Two persons whom one number reaches, one of them in two permits.
class SubjectTest : public test::OnDatabase {
 protected:
  SubjectTest() {
    migrate();
    if (!connection_) connection_.emplace(connect());
    const auto files = load_rule_files(test::shipped_rules());
    test::await(io_, bring_in(*connection_, *files));
    const Ran ran =
        run({"permit", "import",
             folder_.write(
                 "pindahan.csv",
                 "nomor;id lama;nama;wa;email;perihal;tanggal masuk;lengkap;tahap;masuk tahap;"
                 "status;selesai\n"
                 "PAUD-2026-01001;I-1;Rina Sari;0812 7777 0001;rina@example.id;TK Melati;"
                 "02/03/2026;02/03/2026 09:00;kajian_teknis;03/03/2026 10:00;;\n"
                 "PAUD-2026-01002;I-2;Rina Sari;0812 7777 0001;rina@example.id;TK Mawar;"
                 "02/03/2026;02/03/2026 09:00;kajian_teknis;03/03/2026 10:00;;\n"
                 "PAUD-2026-01003;I-3;Budi;0812 7777 0001;;TK Anggrek;"
                 "02/03/2026;02/03/2026 09:00;kajian_teknis;03/03/2026 10:00;;\n"
                 "PAUD-2026-01004;I-4;Sari Dewi;0812 7777 0004;;TK Kenanga;05/01/2026;"
                 "06/01/2026;;12/01/2026 14:00;terbit;12/01/2026 15:00\n")});
    EXPECT_EQ(ran.code, kOk) << ran;
  }
  // By hand: no event says so.
  void end_long_ago(const std::string& number) {
    sql("UPDATE permit SET state = 'withdrawn', changed_at = now() - interval '2 years'"
        " WHERE number = '" +
        number + "'");
  }
  std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

TEST_F(SubjectTest, OnePersonsDataIsGivenOutAndNobodyElses) {
  const std::string directory = (folder_.path() / "rina").string();
  const Ran several = run({"subject", "export", directory, "--whatsapp", "0812-7777-0001"});
  EXPECT_EQ(several.code, kRefused) << several;
  EXPECT_NE(several.err.find("say with --name which: Budi; Rina Sari"), std::string::npos)
      << several;
  EXPECT_FALSE(std::filesystem::exists(directory));

  const Ran ran = run({"subject", "export", directory, "--whatsapp", "0812-7777-0001", "--name",
                       "rina sari", "--json"});
  ASSERT_EQ(ran.code, kOk) << ran;
  EXPECT_EQ(json::parse(ran.out).at("permits").as_int64(), 2);
  const std::string text = read(directory + "/subject.json");
  const json::value all = json::parse(text);
  EXPECT_EQ(all.at_pointer("/rows/applicant").as_array().size(), 2U);
  EXPECT_EQ(all.at_pointer("/rows/permit/0/external_id").as_string(), "I-1");
  EXPECT_EQ(all.at("dossiers").as_array().size(), 2U);
  EXPECT_NE(text.find("rina@example.id"), std::string::npos);
  EXPECT_EQ(text.find("Budi"), std::string::npos);
  for (const char* secret : {"tracking_secret", "tracking_hash", "\"salt\""})
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  int pages = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory))
    pages += file.path().extension() == ".html";
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(std::filesystem::status(directory).permissions(), std::filesystem::perms::owner_all);
  EXPECT_EQ(sql("SELECT fields ->> 'after.permits' FROM office_event WHERE type ="
                " 'subject_exported'"),
            "2");
  EXPECT_EQ(run({"audit", "verify"}).code, kOk);
}

TEST_F(SubjectTest, WhoItIsIsSaidInOneWay) {
  EXPECT_EQ(run({"subject", "erase"}).code, kUsage);
  EXPECT_EQ(run({"subject", "erase", "--email", "a@b.id", "--whatsapp", "0812 7777 0001"}).code,
            kUsage);
  EXPECT_EQ(run({"subject", "erase", "--whatsapp", "021 5555"}).code, kUsage);
  const Ran nobody = run({"subject", "erase", "--email", "nobody@example.id"});
  EXPECT_EQ(nobody.code, kRefused);
  EXPECT_NE(nobody.err.find("there is no permit of anybody whom this reaches"), std::string::npos)
      << nobody;
}

TEST_F(SubjectTest, WhatIsOpenStaysAndABentRecordIsNotCoveredUp) {
  const Ran open = run({"subject", "erase", "--email", "RINA@example.id", "--yes"});
  EXPECT_EQ(open.code, kRefused) << open;
  EXPECT_NE(open.out.find("PAUD-2026-01001: stays: it is open"), std::string::npos) << open;
  end_long_ago("PAUD-2026-01001");
  const Ran preview = run({"subject", "erase", "--permit", "PAUD-2026-01001", "--preview"});
  EXPECT_EQ(preview.code, kOk) << preview;
  EXPECT_NE(preview.out.find("would be erased"), std::string::npos) << preview;
  const Ran bent = run({"subject", "erase", "--permit", "PAUD-2026-01001", "--yes"});
  EXPECT_EQ(bent.code, kRefused) << bent;
  EXPECT_NE(bent.err.find("nothing was erased, for it would hide this"), std::string::npos) << bent;
  EXPECT_EQ(sql("SELECT count(*) FROM applicant WHERE name = 'Rina Sari'"), "2");
}

// An office that has lived on for two years.
TEST_F(SubjectTest, WhatEndedLongAgoIsErasedAndTheRecordHolds) {
  const std::vector<std::string> erase{"subject", "erase", "--whatsapp", "+62 812 7777 0004"};
  const Ran lately = run(erase);
  EXPECT_EQ(lately.code, kRefused) << lately;
  EXPECT_NE(lately.out.find("stays: it may be disputed until"), std::string::npos) << lately;
  sql("INSERT INTO simulated_clock (start_at, speed, anchor_at)"
      " VALUES ('2028-12-01T08:00:00+08:00', 0, now())");
  const Ran unsure = run(erase);
  EXPECT_EQ(unsure.code, kRefused) << unsure;
  EXPECT_NE(unsure.err.find("nothing was erased: type yes"), std::string::npos) << unsure;
  EXPECT_EQ(sql("SELECT name FROM applicant WHERE name = 'Sari Dewi'"), "Sari Dewi");
  const Ran done = tool_.run(erase, "yes\n");
  ASSERT_EQ(done.code, kOk) << done;
  EXPECT_NE(done.out.find("PAUD-2026-01004: erased"), std::string::npos) << done;
  EXPECT_EQ(sql("SELECT count(*) FROM applicant WHERE name = 'Sari Dewi' OR whatsapp LIKE '%0004'"),
            "0");
  EXPECT_EQ(sql("SELECT subject FROM permit WHERE number = 'PAUD-2026-01004'"), "TK Kenanga");
  const Ran audit = run({"audit", "verify"});
  EXPECT_EQ(audit.code, kOk) << audit;
  const Ran dossier = run({"permit", "dossier", "PAUD-2026-01004"});
  EXPECT_EQ(dossier.code, kOk) << dossier;
  EXPECT_EQ(dossier.out.find("Sari Dewi"), std::string::npos);
  EXPECT_NE(dossier.out.find("TK Kenanga"), std::string::npos);
  const Ran again = run({"subject", "erase", "--permit", "PAUD-2026-01004", "--json"});
  EXPECT_EQ(again.code, kRefused) << again;
  EXPECT_EQ(json::parse(again.out).at_pointer("/permits/0/stays").as_string(),
            "it was erased before");
}

TEST_F(SubjectTest, OfAnOfficerWhatNoDecisionNeedsGoesOnceTheyHaveEnded) {
  const Ran added =
      run({"officer", "add", "--id", "budi", "--name", "Budi Santoso", "--role", "dinas_teknis",
           "--email", "budi@example.go.id", "--whatsapp", "0812 7777 0099"});
  ASSERT_EQ(added.code, kOk) << added;
  sql("INSERT INTO officer_leave (officer, start_on, end_on, kind) VALUES ('budi', '2026-03-02',"
      " '2026-03-03', 'sakit')");
  sql("INSERT INTO message (recipient, why, channel, address, name, text, subject, body, fields,"
      " template, rendered_at, state) VALUES ('officer:budi', 'on_duty', 'email',"
      " 'budi@example.go.id', 'Budi', 'tugas_baru', '', 'Yth. Budi', '{}', '', now(), 'accepted')");
  const std::string directory = (folder_.path() / "budi").string();
  const Ran given = run({"subject", "export", directory, "--officer", "budi"});
  ASSERT_EQ(given.code, kOk) << given;
  const std::string text = read(directory + "/subject.json");
  for (const char* one : {"budi@example.go.id", "6281277770099", "sakit", "Yth. Budi"})
    EXPECT_NE(text.find(one), std::string::npos) << one;
  EXPECT_EQ(text.find("\"salt\""), std::string::npos);

  const std::vector<std::string> erase{"subject", "erase", "--officer", "budi", "--yes"};
  const Ran serving = run(erase);
  EXPECT_EQ(serving.code, kRefused);
  EXPECT_NE(serving.err.find("`budi` is in service"), std::string::npos) << serving;
  ASSERT_EQ(run({"officer", "end", "--id", "budi", "--on", "2026-11-01"}).code, kOk);
  const Ran done = run(erase);
  ASSERT_EQ(done.code, kOk) << done;
  for (const char* table : {"officer", "officer_leave", "message", "attempt", "office_event_word"})
    for (const char* one : {"budi@example.go.id", "6281277770099", "sakit", "Yth. Budi"})
      EXPECT_EQ(sql(std::string("SELECT count(*) FROM ") + table + " t WHERE t::text LIKE '%" +
                    one + "%'"),
                "0")
          << table << ' ' << one;
  EXPECT_EQ(sql("SELECT name FROM officer WHERE id = 'budi'"), "Budi Santoso");
  EXPECT_EQ(sql("SELECT count(*) FROM officer_leave WHERE officer = 'budi'"), "1");
  EXPECT_EQ(run({"audit", "verify"}).code, kOk);
  EXPECT_EQ(run({"subject", "erase", "--officer", "nobody", "--yes"}).code, kRefused);
  EXPECT_EQ(run({"subject", "erase", "--officer", "budi", "--name", "Budi"}).code, kUsage);
}

}  // namespace
}  // namespace tenggat::cli
