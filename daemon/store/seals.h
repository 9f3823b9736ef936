// Seals: what the record was at an instant, in one signed page that leaves the house. Its root is a
// Merkle tree (as in RFC 6962, 2.1) over the last hash of every permit and of the office's chain:
// whoever holds a seal can later show that nothing from before it was rewritten, cut off or
// removed.
//
//   tenggat seal 1
//   number 17
//   at 2026-11-30T09:00:00Z
//   chains 1204
//   root 5f0c...
//   previous 91ab...          SHA-256 of the page before, "-" on the first
//   key 0123456789abcdef
//   signature BASE64          Ed25519 over all lines above
//
// Source: docs/record.md.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/pg/connection.h"
#include "daemon/store/audit.h"
#include "rules/time.h"

namespace tenggat::store {

struct Seal {
  std::int64_t number = 0;
  Instant at{};
  std::int64_t chains = 0;
  std::string root, previous, key;  // hex
  std::string signature;            // bytes

  std::string signed_text() const;  // the lines that are signed
  std::string page() const;         // with the signature
};
// Nothing where the text is no seal's page.
std::optional<Seal> parse_seal(std::string_view page);

// Of leaves in their order; each a chain's, its length and its last hash.
struct SealedChain {
  std::int64_t permit = 0;  // 0: the office's
  std::int64_t sequence = 0;
  std::string hash;
};
std::string merkle_root(const std::vector<SealedChain>& chains);  // 32 bytes

using Sign = std::function<std::string(std::string_view text)>;
// What else is written with the seal, in its transaction.
using WithSeal = std::function<void(pg::Pipeline& pipeline, const Seal& seal)>;

// Seals what is there now. Nothing where no chain has grown since the last seal. Safe from several
// places at once.
pg::Awaitable<std::optional<Seal>> make_seal(pg::Connection& connection, std::string key, Sign sign,
                                             WithSeal with_seal = {});

// The last one, or that of this number.
pg::Awaitable<std::optional<Seal>> find_seal(pg::Connection& connection,
                                             std::optional<std::int64_t> number);

// The page of the last one.
pg::Slot<std::optional<std::string>> add_last_seal(pg::Pipeline& pipeline);

// What of the sealed chains is not as it was then. The chains themselves are to be walked besides
// (verify_record), and the signature to be checked.
pg::Awaitable<std::vector<AuditFinding>> verify_seal(pg::Connection& connection, Seal seal);

}  // namespace tenggat::store
