#include "daemon/store/permit_receipt.h"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "daemon/office/permit_receipts.h"
#include "daemon/store/hash.h"
#include "notifiers/base64.h"
#include "tests/daemon/store/receipt_samples.h"

namespace tenggat::store {
namespace {

using office::known_receipt;
using test::another_key;
using test::checking;
using test::receipted_permit;
using test::signing;
using test::signing_key;

const ReceiptOf kDue{Instant(Seconds(1775109600)), 0};
const ReceiptOf kDecree{std::nullopt, 3};
const ReceiptedEvent kEvent{Instant(Seconds(1775000000)), std::string(32, '\x5A')};

std::string code_of(ReceiptOf of) {
  return give_receipt(receipted_permit(), of, signing(signing_key())).code();
}

TEST(PermitReceipt, IsReadBackAndKnownByItsKeyAlone) {
  for (const ReceiptOf& of : {kDue, kDecree}) {
    const std::string code = code_of(of);
    EXPECT_LE(code.size(), kLongestReceipt);
    EXPECT_TRUE(code.starts_with('A'));
    const auto read = known_receipt(code, checking(signing_key()));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->code(), code);
    EXPECT_EQ(read->permit, 7445283910266880417);
    EXPECT_EQ(read->event, 5);
    EXPECT_EQ(read->of.due, of.due);
    EXPECT_EQ(read->of.document, of.document);
    EXPECT_FALSE(known_receipt(code, checking(another_key())));
    EXPECT_FALSE(known_receipt(code, {}));
    std::vector<CheckingKey> both = checking(another_key());
    both.push_back(checking(signing_key()).front());
    EXPECT_TRUE(known_receipt(code, both)) << "given before the key was changed";
  }
  EXPECT_EQ(code_of(kDue), code_of(kDue));
}

// The bytes that are signed are for ever: receipts on paper are checked by them.
TEST(PermitReceipt, SignsTheseWords) {
  const PermitReceipt due = give_receipt(receipted_permit(), kDue, signing(signing_key()));
  EXPECT_EQ(due.signed_text(),
            "tenggat receipt 1\npermit 7445283910266880417\nevent 5\ndocument 0\n"
            "due 2026-04-02T06:00:00+00:00\nstatement " +
                hex(sha256("tenggat statement 1\nnumber PAUD-2026-000007\n"
                           "due 2026-04-02T06:00:00+00:00\ndecree -\nsha256 -\nevent 5\nhash " +
                           hex(std::string(32, '\x5A')) + "\n")) +
                "\n");
  const PermitReceipt decree = give_receipt(receipted_permit(), kDecree, signing(signing_key()));
  EXPECT_EQ(decree.signed_text(),
            "tenggat receipt 1\npermit 7445283910266880417\nevent 5\ndocument 3\ndue -\n"
            "statement " +
                hex(sha256("tenggat statement 1\nnumber PAUD-2026-000007\ndue -\n"
                           "decree 503/017/PAUD/2026\nsha256 " +
                           std::string(64, 'a') + "\nevent 5\nhash " +
                           hex(std::string(32, '\x5A')) + "\n")) +
                "\n");
}

TEST(PermitReceipt, HoldsAsLongAsNothingOfItIsAnother) {
  const PermitReceipt receipt = give_receipt(receipted_permit(), kDecree, signing(signing_key()));
  EXPECT_TRUE(still_holds(receipt, receipted_permit(), kEvent));
  const auto holds = [&](auto change) {
    StoredPermit stored = receipted_permit();
    ReceiptedEvent event = kEvent;
    change(stored, event);
    return still_holds(receipt, stored, event);
  };
  EXPECT_TRUE(holds([](StoredPermit& stored, ReceiptedEvent&) { stored.permit.events = 9; }));
  EXPECT_FALSE(holds([](StoredPermit&, ReceiptedEvent& event) { event.hash[31] = '\x5B'; }));
  EXPECT_FALSE(holds([](StoredPermit& stored, ReceiptedEvent&) { stored.permit.number = "P"; }));
  EXPECT_FALSE(
      holds([](StoredPermit& stored, ReceiptedEvent&) { stored.permit.documents[0].number = ""; }));
  EXPECT_FALSE(holds(
      [](StoredPermit& stored, ReceiptedEvent&) { stored.permit.documents[0].sha256[0] = 'b'; }));
  EXPECT_FALSE(
      holds([](StoredPermit& stored, ReceiptedEvent&) { stored.permit.documents.clear(); }));
  EXPECT_THROW(give_receipt(receipted_permit(), ReceiptOf{std::nullopt, 4}, signing(signing_key())),
               std::logic_error);
}

TEST(PermitReceipt, IsUnknownWithAnyBitTurned) {
  const std::vector<CheckingKey> keys = checking(signing_key());
  const std::string bytes = *notify::from_base64url(code_of(kDecree));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string bent = bytes;
    bent[bit / 8] = static_cast<char>(bent[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(known_receipt(notify::base64url(bent), keys)) << bit;
  }
}

TEST(PermitReceipt, IsUnknownCutPaddedOrSpelledOtherwise) {
  const std::vector<CheckingKey> keys = checking(signing_key());
  const std::string code = code_of(kDue);
  for (std::size_t size = 0; size < code.size(); ++size)
    EXPECT_FALSE(known_receipt(code.substr(0, size), keys)) << size;
  for (const std::string& other : {code + "A", code + "=", code + " ", " " + code, "A" + code,
                                   std::string(100'000, 'A'), std::string("\0", 1)})
    EXPECT_FALSE(known_receipt(other, keys));
  StoredPermit nobodys = receipted_permit();
  nobodys.permit.id = 0;
  EXPECT_FALSE(parse_receipt(give_receipt(nobodys, kDue, signing(signing_key())).code()));
  const ReceiptOf beyond{Instant(Seconds(INT64_MAX)), 0};
  PermitReceipt late = give_receipt(receipted_permit(), kDue, signing(signing_key()));
  late.of = beyond;
  EXPECT_FALSE(parse_receipt(late.code())) << "no calendar has it";
  // The number of the permit in more bytes than it takes.
  const std::string bytes = *notify::from_base64url(code);
  std::string longer = bytes;
  longer[9] = static_cast<char>(longer[9] | 0x80);
  longer.insert(10, 1, '\0');
  EXPECT_FALSE(parse_receipt(notify::base64url(longer)));
}

void guess_codes(int count) {
  const std::vector<CheckingKey> keys = checking(signing_key());
  const std::string bytes = *notify::from_base64url(code_of(kDue));
  std::mt19937_64 random{20260402};
  const auto fill = [&](std::string& all, std::size_t from) {
    for (std::size_t at = from; at < all.size(); ++at) all[at] = static_cast<char>(random() & 0xFF);
  };
  int known = 0, well_formed = 0;
  for (int n = 0; n < count; ++n) {
    std::string guess = bytes;
    // One in fifty is of the right form throughout, so that only its signature says it is nothing.
    const bool formed = n % 50 == 0;
    fill(guess, formed ? guess.size() - 96 : 0);
    const std::string code = notify::base64url(guess);
    well_formed += parse_receipt(code) ? 1 : 0;
    known += known_receipt(code, keys) ? 1 : 0;
  }
  EXPECT_EQ(known, 0);
  EXPECT_GE(well_formed, count / 50);
}
TEST(PermitReceipt, RandomCodesAreUnknown) { guess_codes(50'000); }
TEST(PermitReceipt, LongAMillionOfRandomCodesAreUnknown) { guess_codes(1'000'000); }

}  // namespace
}  // namespace tenggat::store
