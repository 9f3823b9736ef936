// What a receipt is given of, and how it stands once things have gone on.
#include "daemon/office/permit_receipts.h"

#include <gtest/gtest.h>

#include "daemon/base/secrets.h"
#include "tests/daemon/store/receipt_samples.h"
#include "tests/rules/paud_fixture.h"

namespace tenggat::office {
namespace {

using tenggat::testing::Deed;
using tenggat::testing::when;
using tenggat::testing::wita;
using Standing = ReceiptStanding;

class ReceiptOfAPermit : public ::testing::Test {
 protected:
  ReceiptOfAPermit() { office_.at("04-02 10:00").submit(); }
  // As whoever is outside sees it now.
  std::optional<store::ReceiptOf> given() const {
    return receipt_of(as_decided(office_.permit, office_.context()), office_.context());
  }
  Standing standing(const store::ReceiptOf& of) const {
    return standing_of(of, as_decided(office_.permit, office_.context()), office_.context());
  }
  // "due 04-09 10:00", "503/1", "none"
  std::string in_words() const {
    const auto of = given();
    if (!of) return "none";
    if (of->due) return "due " + when(of->due);
    for (const Document& document : office_.permit.documents)
      if (document.id == of->document) return document.number;
    return "?";
  }

  tenggat::testing::Office office_;
};

TEST_F(ReceiptOfAPermit, IsOfTheDateOnceThereIsOneAndOfTheDecreeOnceItIsKnown) {
  EXPECT_EQ(in_words(), "none");
  office_.bring_to("penerimaan");
  const std::string due = "due " + office_.due("layanan");
  EXPECT_EQ(in_words(), due);
  const store::ReceiptOf first = *given();
  office_.bring_to("penandatanganan");
  EXPECT_EQ(in_words(), due);
  office_.bring_to("penerimaan_sk");
  EXPECT_EQ(in_words(), due) << "the signature can still be taken back";
  office_.advance_to(office_.now() + std::chrono::minutes(3));
  EXPECT_EQ(in_words(), "SK-1");
  EXPECT_EQ(standing(first), Standing::in_force) << "it was due then, and is on record as such";
  office_.does("P", Deed("penerimaan_sk", "receive"));
  EXPECT_EQ(in_words(), "SK-1");
  EXPECT_EQ(standing(*given()), Standing::in_force);
}

TEST_F(ReceiptOfAPermit, OfADateIsOvertakenByAPauseAndByAnotherDate) {
  office_.bring_to("kajian_teknis");
  const store::ReceiptOf first = *given();
  EXPECT_EQ(standing(first), Standing::in_force);
  office_.at("04-06 09:00").does("DT", PauseVisit{"kajian_teknis", "klarifikasi_pemohon", "?", {}});
  EXPECT_EQ(in_words(), "none");
  EXPECT_EQ(standing(first), Standing::clock_stands);
  office_.at("04-08 09:00").does("P", ResumeVisit{"kajian_teknis", "Denah terlampir"});
  EXPECT_EQ(standing(first), Standing::due_moved);
  EXPECT_EQ(in_words(), "due " + office_.due("layanan"));
  EXPECT_EQ(standing(*given()), Standing::in_force);
}

TEST_F(ReceiptOfAPermit, OfADecreeIsOvertakenByAnother) {
  office_.bring_to("penerimaan_sk");
  office_.advance_to(office_.now() + std::chrono::minutes(3));
  const store::ReceiptOf first = *given();
  office_.does("P", Deed("penerimaan_sk", "report_error").note("Nama keliru"));
  EXPECT_EQ(standing(first), Standing::replaced);
  office_.bring_to("penandatanganan");
  office_.advance_to(office_.now() + Seconds{60});
  office_.does("KD", Deed("penandatanganan", "sign").decree("SK-2"));
  office_.advance_to(office_.now() + std::chrono::minutes(3));
  EXPECT_EQ(in_words(), "SK-2");
  EXPECT_EQ(standing(first), Standing::replaced);
  EXPECT_EQ(standing(*given()), Standing::in_force);
}

TEST_F(ReceiptOfAPermit, OfADateEndsWithARefusalOnceItCannotBeTakenBack) {
  office_.bring_to("kajian_teknis");
  const store::ReceiptOf first = *given();
  office_.does(
      "DT",
      Deed("kajian_teknis", "not_recommend").file("bapl").file("rekomendasi").note("Ruang kurang"));
  office_.bring_to("penandatanganan");
  EXPECT_EQ(standing(first), Standing::in_force);
  office_.does("KD", Deed("penandatanganan", "refuse").file("surat_penolakan"));
  EXPECT_EQ(standing(first), Standing::in_force) << "nobody knows of it yet";
  office_.advance_to(office_.now() + std::chrono::minutes(3));
  EXPECT_EQ(standing(first), Standing::ended);
  EXPECT_EQ(in_words(), "none");
}

TEST_F(ReceiptOfAPermit, OfADateEndsWithAWithdrawal) {
  office_.bring_to("kajian_teknis");
  const store::ReceiptOf first = *given();
  office_.does("P", Deed("", "withdraw"));
  office_.advance_to(office_.now() + std::chrono::minutes(3));
  EXPECT_EQ(standing(first), Standing::ended);
}

TEST_F(ReceiptOfAPermit, LeadsToItsPageWhereThereIsAKey) {
  office_.bring_to("penerimaan");
  store::StoredPermit stored;
  stored.permit = office_.permit;
  ReceiptKeys keys;
  EXPECT_EQ(receipt_link(stored, office_.context(), keys, "https://a.example"), "");
  keys.signing = test::signing_key();
  const std::string link = receipt_link(stored, office_.context(), keys, "https://a.example");
  const std::string_view before = "https://a.example/cek/";
  ASSERT_TRUE(link.starts_with(before)) << link;
  EXPECT_TRUE(known_receipt(std::string_view(link).substr(before.size()),
                            test::checking(test::signing_key())));
}

TEST(ReceiptKeys, AreTheOneInUseAndThoseBefore) {
  Secrets secrets;
  EXPECT_FALSE(receipt_keys(secrets).signing);
  secrets.former_seal_keys.push_back(test::another_key().public_pem());
  EXPECT_FALSE(receipt_keys(secrets).signing);
  ASSERT_EQ(receipt_keys(secrets).checking.size(), 1U);
  EXPECT_EQ(receipt_keys(secrets).checking.front().id(), test::another_key().id());
}

}  // namespace
}  // namespace tenggat::office
