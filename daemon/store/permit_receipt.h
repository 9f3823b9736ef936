// Receipts: what an applicant was told of their permit, in a code that anybody can check. It is
// signed with the key of the seals and stored nowhere: the code says which event was the permit's
// last one then, and whether it is of a date (`due`) or of a numbered document; the rest is a
// digest of the statement, which is made again from the database.
//
//   tenggat statement 1             tenggat receipt 1
//   number PAUD-2026-000007         permit 7445283910266880417
//   due 2026-06-25T08:00:00+00:00   event 5
//   decree -                        document 0
//   sha256 -                        due 2026-06-25T08:00:00+00:00
//   event 5                         statement SHA-256 of the left
//   hash 91ab...
//
// The right is signed (Ed25519). So the code alone shows who gave it, and with the database whether
// the number, the document and the chain of events up to there are as they were. Source:
// docs/record.md.
//
// Not to be taken for what providers say of messages (receipts.h).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/pg/connection.h"
#include "daemon/store/audit.h"
#include "daemon/store/permits.h"
#include "daemon/store/seals.h"
#include "rules/time.h"

namespace tenggat::store {

// What it is of: one of the two.
struct ReceiptOf {
  std::optional<Instant> due;
  int document = 0;  // its id within the permit; 0: none
};

struct PermitReceipt {
  std::int64_t permit = 0, event = 0;
  ReceiptOf of;
  std::string statement;  // 32 bytes
  std::string signature;  // 64 bytes

  std::string signed_text() const;
  std::string code() const;  // of A-Z, a-z, 0-9, - and _; begins with A
};
// Nothing where the text is no receipt's code, or not as code() writes it.
std::optional<PermitReceipt> parse_receipt(std::string_view code);
inline constexpr std::size_t kLongestReceipt = 200;  // characters

// Of the permit as it is loaded. Throws std::logic_error where it has no such document.
PermitReceipt give_receipt(const StoredPermit& stored, ReceiptOf of, const Sign& sign);

// The event that was the last when the receipt was given.
struct ReceiptedEvent {
  Instant at{};
  std::string hash;
};
pg::Slot<std::optional<ReceiptedEvent>> add_receipted_event(pg::Pipeline& pipeline,
                                                            const PermitReceipt& receipt);
// Whether number, document and chain are what the receipt was given over.
bool still_holds(const PermitReceipt& receipt, const StoredPermit& stored,
                 const ReceiptedEvent& event);

// What of the permit's record is not as it was when the receipt was given; nothing where it is. The
// chain itself is to be walked besides (verify_record), and the signature to be checked.
struct ReceiptAudit {
  std::string number;                   // of the permit; empty where it is gone
  std::optional<ReceiptedEvent> event;  // nothing: it is gone
  std::optional<Document> document;     // that it is of
  std::optional<AuditFinding> finding;
};
pg::Awaitable<ReceiptAudit> verify_receipt(pg::Connection& connection, PermitReceipt receipt);

}  // namespace tenggat::store
