// The record of a running office: sealed once a day and at its stop, checked by the tool and by
// openssl alone, and what `tenggat audit verify` says once somebody has bent it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/e2e/office.h"
#include "tests/e2e/seal_keys.h"
#include "tests/support/process.h"

namespace tenggat::test {
namespace {

// The commands of docs/record.md.
constexpr const char* kCheckByOpenssl =
    "grep -v '^signature ' seal.txt > signed.txt && "
    "sed -n 's/^signature //p' seal.txt | base64 -d > signature.bin && "
    "openssl pkeyutl -verify -pubin -inkey seal.pub.pem -rawin -in signed.txt "
    "-sigfile signature.bin";

std::string submit(Office& office, const std::string& external_id) {
  return std::string(
      office
          .json({"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject",
                 "PAUD Anggrek", "--whatsapp", "0812 7777 0001", "--external-id", external_id,
                 "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                "portal")
          .at("number")
          .as_string());
}

TEST(RecordOfAnOffice, IsSealedOnceADayAndAtTheStopAndOpensslAloneCanCheckIt) {
  const SealKeys keys;
  Office office("2026-06-02T08:00:00", keys.configuration());
  const std::string number = submit(office, "a");
  EXPECT_TRUE(office.becomes("SELECT count(*) FROM seal", "1", std::chrono::seconds(60)));
  office.json({"permit", "act", number, "accept", "--step", "verifikasi"}, "fo");
  office.stop_daemon();
  EXPECT_EQ(office.query("SELECT count(*) FROM seal"), "2");
  EXPECT_NE(office.daemon_log().find("\"event\":\"sealed\""), std::string::npos);

  const std::string page = office.daemon().must({"audit", "seal"});
  write_file(keys.path("seal.txt"), page);
  EXPECT_EQ(keys.run(kCheckByOpenssl), 0) << read_file(keys.path("out"));
  EXPECT_NE(office.daemon()
                .must({"audit", "verify", "--seal", keys.path("seal.txt")})
                .find("every row is as the record says"),
            std::string::npos);
  office.daemon().must(
      {"audit", "verify", "--seal", keys.path("seal.txt"), "--key", keys.path("seal.pub.pem")});
  EXPECT_NE(office.daemon().must({"audit", "seal", "1"}), page);
  const auto as_json = boost::json::parse(office.daemon().must({"audit", "seal", "--json"}));
  EXPECT_EQ(std::string(as_json.at("page").as_string()), page);
  EXPECT_EQ(as_json.at("number"), 2);
  for (const char* line : {"at", "root", "previous", "key", "signature"})
    EXPECT_NE(page.find(line + (" " + std::string(as_json.at(line).as_string())) + "\n"),
              std::string::npos)
        << line;

  // A seal that somebody has written in.
  const std::string forged = keys.path("forged.txt");
  std::string bent = page;
  bent.replace(bent.find("chains 2"), 8, "chains 3");  // the permit's and the office's
  write_file(forged, bent);
  const CommandResult refused = office.tenggat({"audit", "verify", "--seal", forged});
  EXPECT_EQ(refused.status, 1);
  EXPECT_NE(refused.out.find("the signature is not that of the key"), std::string::npos)
      << refused.out;
}

TEST(RecordOfAnOffice, IsSealedByAKeyOfItsOwnWhereNoneIsNamed) {
  Office office("2026-06-02T08:00:00");
  submit(office, "a");
  office.stop_daemon();
  const std::filesystem::path key = office.daemon().directory() / "state/seal.key";
  EXPECT_EQ(std::filesystem::status(key).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string made = read_file(key);
  const std::string seal = (office.daemon().directory() / "seal.txt").string();
  write_file(seal, office.daemon().must({"audit", "seal"}));
  office.daemon().must({"audit", "verify", "--seal", seal});
  office.start_daemon();
  EXPECT_EQ(read_file(key), made);
}

TEST(RecordOfAnOffice, TellsThePortalAndTheHeadOfEachSeal) {
  const SealKeys keys;
  Office office("2026-06-02T08:00:00", keys.configuration() + "portal: {url: \"file:portal\"}\n");
  submit(office, "a");
  EXPECT_TRUE(office.becomes("SELECT count(*) FROM seal", "1", std::chrono::seconds(60)));
  EXPECT_TRUE(office.becomes("SELECT string_agg(state, ' ') FROM portal_event WHERE permit = 0",
                             "delivered"));
  boost::json::value posted;
  for (const auto& file :
       std::filesystem::directory_iterator(office.daemon().directory() / "portal")) {
    boost::json::value one = boost::json::parse(read_file(file.path()));
    if (one.at("type") == "audit.sealed") posted = std::move(one);
  }
  ASSERT_TRUE(posted.is_object());
  EXPECT_EQ(posted.at("version"), 1);
  EXPECT_EQ(posted.at("timestamp"), "2026-06-02T08:00:00+08:00");
  const boost::json::value& data = posted.at("data");
  EXPECT_EQ(data.at("seal"), 1);
  const std::string page(data.at("page").as_string());
  EXPECT_EQ(page, office.daemon().must({"audit", "seal", "1"}));
  for (const char* line : {"root", "previous", "key", "signature"})
    EXPECT_NE(page.find(fmt::format("\n{} {}\n", line, data.at(line).as_string().c_str())),
              std::string::npos)
        << line;
  // What came by the portal is enough to check the record by.
  write_file(keys.path("posted.txt"), page);
  office.daemon().must({"audit", "verify", "--seal", keys.path("posted.txt")});

  office.advance("2026-06-02T18:00:00");
  const std::string recap = "SELECT body FROM message WHERE text = 'rekap_harian' LIMIT 1";
  ASSERT_TRUE(office.becomes("SELECT count(*) > 0 FROM message WHERE text = 'rekap_harian'", "t"));
  const std::string words = fmt::format(
      "Segel catatan terakhir: nomor 1, Selasa, 2 Juni 2026 pukul 08.00 WITA, akar {}. Rincian",
      data.at("root").as_string().c_str());
  EXPECT_NE(office.query(recap).find(words), std::string::npos) << office.query(recap);
}

TEST(RecordOfAnOffice, NamesWhatWasBentWithTheDaemonsOwnRole) {
  const SealKeys keys;
  Office office("2026-06-02T08:00:00", keys.configuration());
  const std::string number = submit(office, "a");
  office.json({"permit", "act", number, "accept", "--step", "verifikasi"}, "fo");
  office.stop_daemon();
  write_file(keys.path("seal.txt"), office.daemon().must({"audit", "seal"}));
  const auto says = [&](const std::string& bend, const std::string& words,
                        const std::string& mend) {
    office.query(bend);
    const CommandResult found =
        office.tenggat({"audit", "verify", "--seal", keys.path("seal.txt")});
    EXPECT_EQ(found.status, 1) << bend;
    EXPECT_NE(found.out.find(words), std::string::npos) << bend << "\n" << found.out;
    office.query(mend);
  };
  says("UPDATE visit SET verdict = 'missed' WHERE id = 2",
       "visit 2: verdict is \"missed\", the record says \"met\"",
       "UPDATE visit SET verdict = 'met' WHERE id = 2");
  says("UPDATE document SET sha256 = 'ff' || sha256", "document 1: sha256 is",
       "UPDATE document SET sha256 = substr(sha256, 3)");
  says("UPDATE visit SET closed_by = 'bo' WHERE id = 2",
       "visit 2: closed_by is \"bo\", the record says \"fo\"",
       "UPDATE visit SET closed_by = 'fo' WHERE id = 2");
  says("UPDATE visit SET check_at = '2036-01-01' WHERE check_at IS NOT NULL",
       "check_at is not as the rules say", "SELECT 1");
}

}  // namespace
}  // namespace tenggat::test
