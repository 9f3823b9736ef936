#include "daemon/store/permit_receipt.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "notifiers/base64.h"

namespace tenggat::store {
namespace {

constexpr char kVersion = 1;
constexpr std::int64_t kLatestDue = 253'402'300'799;  // the end of the year 9999
constexpr std::size_t kStatementBytes = 32, kSignatureBytes = 64;

// Seven bits a byte, the lowest first.
void add_number(std::string& bytes, std::int64_t number) {
  auto rest = static_cast<std::uint64_t>(number);
  for (; rest > 0x7F; rest >>= 7) bytes += static_cast<char>(0x80 | (rest & 0x7F));
  bytes += static_cast<char>(rest);
}

std::optional<std::int64_t> take_number(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return static_cast<std::int64_t>(number);
  }
  return std::nullopt;
}

std::string in_text(const std::optional<Instant>& due) {
  return due ? to_string(Stamp{*due, Seconds{0}}) : "-";
}

std::string or_none(const std::string& text) { return text.empty() ? "-" : text; }

const Document* find_document(const Permit& permit, int id) {
  const auto found = std::ranges::find(permit.documents, id, &Document::id);
  return found == permit.documents.end() ? nullptr : &*found;
}

// Its SHA-256. Nothing where the permit has no such document.
std::optional<std::string> statement_of(const PermitReceipt& receipt, const Permit& permit,
                                        std::string_view hash) {
  static const Document kNone;
  const Document* document =
      receipt.of.document == 0 ? &kNone : find_document(permit, receipt.of.document);
  if (!document) return std::nullopt;
  return sha256(fmt::format(
      "tenggat statement 1\nnumber {}\ndue {}\ndecree {}\nsha256 {}\nevent {}\nhash {}\n",
      permit.number, in_text(receipt.of.due), or_none(document->number), or_none(document->sha256),
      receipt.event, hex(hash)));
}

}  // namespace

std::string PermitReceipt::signed_text() const {
  return fmt::format("tenggat receipt 1\npermit {}\nevent {}\ndocument {}\ndue {}\nstatement {}\n",
                     permit, event, of.document, in_text(of.due), hex(statement));
}

std::string PermitReceipt::code() const {
  std::string bytes(1, kVersion);
  add_number(bytes, permit);
  add_number(bytes, event);
  add_number(bytes, of.document);
  add_number(bytes, of.due ? of.due->time_since_epoch().count() : 0);
  return notify::base64url(bytes + statement + signature);
}

std::optional<PermitReceipt> parse_receipt(std::string_view code) {
  if (code.size() > kLongestReceipt) return std::nullopt;
  const std::optional<std::string> bytes = notify::from_base64url(code);
  if (!bytes || bytes->empty() || bytes->front() != kVersion) return std::nullopt;
  std::string_view rest = std::string_view(*bytes).substr(1);
  const auto permit = take_number(rest), event = take_number(rest), document = take_number(rest),
             due = take_number(rest);
  if (!permit || !event || !document || !due || *permit < 1 || *event < 1 ||
      *document > INT32_MAX || *due > kLatestDue ||
      rest.size() != kStatementBytes + kSignatureBytes)
    return std::nullopt;
  PermitReceipt receipt;
  receipt.permit = *permit;
  receipt.event = *event;
  receipt.of.document = static_cast<int>(*document);
  if (*due > 0) receipt.of.due = Instant(Seconds(*due));
  receipt.statement = rest.substr(0, kStatementBytes);
  receipt.signature = rest.substr(kStatementBytes);
  if (receipt.code() != code) return std::nullopt;
  return receipt;
}

PermitReceipt give_receipt(const StoredPermit& stored, ReceiptOf of, const Sign& sign) {
  PermitReceipt receipt;
  receipt.permit = stored.permit.id;
  receipt.event = stored.permit.events;
  receipt.of = of;
  auto statement = statement_of(receipt, stored.permit, stored.last_hash);
  if (!statement) throw std::logic_error("a receipt of a document that is not there");
  receipt.statement = *std::move(statement);
  receipt.signature = sign(receipt.signed_text());
  return receipt;
}

pg::Slot<std::optional<ReceiptedEvent>> add_receipted_event(pg::Pipeline& pipeline,
                                                            const PermitReceipt& receipt) {
  static constexpr auto kEvent =
      columns(given("at", &ReceiptedEvent::at), given<Bytea>("hash", &ReceiptedEvent::hash));
  static const auto sql =
      maybe<kEvent>("SELECT {} FROM event WHERE permit = $1::bigint AND sequence = $2::bigint");
  return pipeline.add(sql, receipt.permit, receipt.event);
}

bool still_holds(const PermitReceipt& receipt, const StoredPermit& stored,
                 const ReceiptedEvent& event) {
  return statement_of(receipt, stored.permit, event.hash) == receipt.statement;
}

pg::Awaitable<ReceiptAudit> verify_receipt(pg::Connection& connection, PermitReceipt receipt) {
  const std::vector<std::int64_t> ids(1, receipt.permit);
  pg::Pipeline reads;
  const PermitLoad load(reads, ids, Lock::none);
  const auto event = add_receipted_event(reads, receipt);
  const pg::Results results = co_await connection.run(std::move(reads));
  const std::map<std::int64_t, StoredPermit> permits = load.take(results);
  ReceiptAudit audit;
  audit.event = results[event];
  const auto stored = permits.find(receipt.permit);
  if (stored == permits.end()) {
    audit.finding = {"", 0,
                     fmt::format("permit {} is gone since the receipt was given", receipt.permit)};
    co_return audit;
  }
  audit.number = stored->second.permit.number;
  if (const Document* found = find_document(stored->second.permit, receipt.of.document))
    audit.document = *found;
  if (!audit.event)
    audit.finding = {audit.number, receipt.event, "it is gone since the receipt was given"};
  else if (!still_holds(receipt, stored->second, *audit.event))
    audit.finding = {
        audit.number, receipt.event,
        receipt.of.document == 0
            ? "the receipt was given over another number or another chain of events up to here"
            : fmt::format("the receipt was given over another number, another document {} or "
                          "another chain of events up to here",
                          receipt.of.document)};
  co_return audit;
}

}  // namespace tenggat::store
