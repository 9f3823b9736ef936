#include "daemon/store/seals.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "daemon/store/columns.h"
#include "daemon/store/hash.h"
#include "daemon/store/snapshot.h"
#include "notifiers/base64.h"
#include "rules/calendar/calendar.h"

namespace tenggat::store {
namespace {

constexpr std::string_view kHeading = "tenggat seal 1";
constexpr std::string_view kNone = "-";

constexpr auto kChain =
    columns(given("permit", &SealedChain::permit), given("sequence", &SealedChain::sequence),
            given<Bytea>("hash", &SealedChain::hash));

// The latest leaf of each chain up to a seal.
constexpr const char* kChainsOfSeal =
    "SELECT DISTINCT ON (permit) {} FROM seal_chain WHERE seal <= $1::bigint"
    " ORDER BY permit, seal DESC";

// Split at the largest power of two below the count, as RFC 6962 has it.
std::string root_of(const std::string* leaves, std::size_t count) {
  if (count == 1) return leaves[0];
  std::size_t left = 1;
  while (left * 2 < count) left *= 2;
  return sha256("\x01" + root_of(leaves, left) + root_of(leaves + left, count - left));
}

std::string leaf_of(const SealedChain& chain) {
  return sha256(std::string(1, '\0') + fmt::format("{} {} ", chain.permit, chain.sequence) +
                chain.hash);
}

pg::Awaitable<std::optional<Seal>> stored_seal(pg::Connection& connection, std::string sql,
                                               std::int64_t number) {
  pg::Pipeline pipeline;
  const auto found = pipeline.add(maybe_value<std::string>(std::move(sql)), number);
  const std::optional<std::string> page = (co_await connection.run(std::move(pipeline)))[found];
  if (!page) co_return std::nullopt;
  auto seal = parse_seal(*page);
  if (!seal) throw std::runtime_error(fmt::format("seal {} in the database is no seal", number));
  co_return seal;
}

// "number 17": the value of the line that begins with this name.
std::optional<std::string> take_line(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ' ')
    return std::nullopt;
  return std::string(line.substr(name.size() + 1));
}

std::optional<std::int64_t> number_of(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

}  // namespace

std::string Seal::signed_text() const {
  return fmt::format("{}\nnumber {}\nat {}\nchains {}\nroot {}\nprevious {}\nkey {}\n", kHeading,
                     number, to_string(Stamp{at, Seconds{0}}), chains, root, previous, key);
}

std::string Seal::page() const {
  return signed_text() + fmt::format("signature {}\n", notify::base64(signature));
}

std::optional<Seal> parse_seal(std::string_view page) {
  std::string_view rest = page;
  const std::string_view heading = rest.substr(0, rest.find('\n'));
  if (heading != kHeading) return std::nullopt;
  rest.remove_prefix(heading.size() + 1);
  const auto number = number_of(take_line(rest, "number"));
  const auto at = take_line(rest, "at");
  const auto chains = number_of(take_line(rest, "chains"));
  auto root = take_line(rest, "root"), previous = take_line(rest, "previous"),
       key = take_line(rest, "key");
  const auto signature = take_line(rest, "signature");
  if (!number || !at || !chains || !root || !previous || !key || !signature || !rest.empty())
    return std::nullopt;
  const auto when = parse_instant(*at);
  auto bytes = notify::from_base64(*signature);
  if (!when || !bytes) return std::nullopt;
  Seal seal{
      *number,          *when, *chains, *std::move(root), *std::move(previous), *std::move(key),
      *std::move(bytes)};
  if (seal.page() != page) return std::nullopt;
  return seal;
}

std::string merkle_root(const std::vector<SealedChain>& chains) {
  if (chains.empty()) return sha256("");
  std::vector<std::string> leaves;
  leaves.reserve(chains.size());
  for (const SealedChain& chain : chains) leaves.push_back(leaf_of(chain));
  return root_of(leaves.data(), leaves.size());
}

pg::Slot<std::optional<std::string>> add_last_seal(pg::Pipeline& pipeline) {
  static const auto sql =
      maybe_value<std::string>("SELECT page FROM seal ORDER BY number DESC LIMIT 1");
  return pipeline.add(sql);
}

pg::Awaitable<std::optional<Seal>> make_seal(pg::Connection& connection, std::string key, Sign sign,
                                             WithSeal with_seal) {
  static const auto clock = value<Instant>("SELECT office_now()");
  // Numbers of seals that were lost with what a restored database does not know are not given
  // again.
  static const auto lost_upto = value<std::int64_t>("SELECT seals_upto FROM database_identity");
  // One statement, one snapshot: all that is committed when it begins.
  static const auto grown = affected(
      "INSERT INTO seal_chain (permit, seal, sequence, hash)"
      " SELECT c.permit, $1::bigint, c.sequence, c.hash FROM sealable c"
      " WHERE c.sequence IS DISTINCT FROM (SELECT l.sequence FROM seal_chain l"
      "   WHERE l.permit = c.permit ORDER BY l.seal DESC LIMIT 1)");
  static const auto chains_of = each<kChain>(kChainsOfSeal);

  pg::Transaction transaction(connection);
  pg::Pipeline begin;
  begin.add("SELECT FROM seal_turn FOR UPDATE");
  const auto last = add_last_seal(begin);
  const auto now = begin.add(clock);
  const auto lost = begin.add(lost_upto);
  const pg::Results first = co_await transaction.run(std::move(begin));
  const std::optional<std::string> before = first[last];
  Seal seal;
  seal.at = first[now];
  seal.key = std::move(key);
  seal.number = 1;
  seal.previous = kNone;
  if (before) {
    const auto parsed = parse_seal(*before);
    if (!parsed) throw std::runtime_error("the last seal in the database is no seal");
    seal.number = parsed->number + 1;
    seal.previous = hex(sha256(*before));
  }
  seal.number = std::max(seal.number, static_cast<std::int64_t>(first[lost]) + 1);
  pg::Pipeline take;
  const auto taken = take.add(grown, seal.number);
  const auto all = take.add(chains_of, seal.number);
  const pg::Results results = co_await transaction.run(std::move(take));
  if (static_cast<std::int64_t>(results[taken]) == 0) co_return std::nullopt;
  const std::vector<SealedChain> chains = results[all];
  seal.chains = static_cast<std::int64_t>(chains.size());
  seal.root = hex(merkle_root(chains));
  seal.signature = sign(seal.signed_text());
  pg::Pipeline write;
  write.add("INSERT INTO seal (number, at, page) VALUES ($1, $2, $3)", seal.number, seal.at,
            seal.page());
  if (with_seal) with_seal(write, seal);
  co_await transaction.commit(std::move(write));
  co_return seal;
}

pg::Awaitable<std::optional<Seal>> find_seal(pg::Connection& connection,
                                             std::optional<std::int64_t> number) {
  co_return co_await stored_seal(connection,
                                 "SELECT page FROM seal WHERE $1::bigint = 0 OR number = $1::bigint"
                                 " ORDER BY number DESC LIMIT 1",
                                 number.value_or(0));
}

pg::Awaitable<std::vector<AuditFinding>> verify_seal(pg::Connection& connection, Seal seal) {
  struct Compared {
    SealedChain sealed;
    std::string number, now;
  };
  static constexpr auto kNow =
      columns(given("coalesce(p.number, '')", &Compared::number),
              given<Bytea>("coalesce(e.hash, r.hash, '')", &Compared::now));
  static const pg::Query<std::vector<Compared>> compare{
      fmt::format("SELECT c.permit, c.sequence, c.hash, {} FROM ({}) c"
                  " LEFT JOIN sealed_event e ON e.permit = c.permit AND e.sequence = c.sequence"
                  // With a reverted import, as the office's record says (audit.h).
                  " LEFT JOIN LATERAL (SELECT c.hash FROM import_permit i"
                  "   WHERE i.permit = c.permit AND i.hash IS NOT NULL LIMIT 1) r ON true"
                  " LEFT JOIN permit p ON p.id = c.permit ORDER BY c.permit",
                  kNow.shape().names(), kChain.shape().in(kChainsOfSeal)),
      [](const pg::Result& r) {
        std::vector<Compared> all(static_cast<std::size_t>(r.rows()));
        for (int row = 0; row < r.rows(); ++row) {
          Compared& one = all[static_cast<std::size_t>(row)];
          kChain.read(r, row, 0, one.sealed);
          kNow.read(r, row, kChain.kSize, one);
        }
        return all;
      }};
  std::vector<AuditFinding> findings;
  pg::Pipeline reads;
  const auto found = reads.add(compare, seal.number);
  std::vector<Compared> all = (co_await connection.run(std::move(reads)))[found];
  std::vector<SealedChain> chains;
  for (Compared& one : all) {
    const std::string name = one.sealed.permit == 0 ? "the office's chain"
                             : one.number.empty()   ? fmt::format("permit {}", one.sealed.permit)
                                                    : one.number;
    if (one.now != one.sealed.hash)
      findings.push_back({name, one.sealed.sequence,
                          one.now.empty()
                              ? fmt::format("it is gone since seal {}", seal.number)
                              : fmt::format("it is not the one that seal {} holds", seal.number)});
    chains.push_back({one.sealed.permit, one.sealed.sequence, std::move(one.now)});
  }
  // What was taken out of the list itself, too.
  if (findings.empty() && (hex(merkle_root(chains)) != seal.root ||
                           static_cast<std::int64_t>(chains.size()) != seal.chains))
    findings.push_back(
        {"", 0,
         fmt::format("seal {} holds {} chains with another root: chains from before it were "
                     "rewritten or removed, with what the database says of the seal",
                     seal.number, seal.chains)});
  co_return findings;
}

}  // namespace tenggat::store
