// The resource ledger: what is held at most for whoever comes from outside, in each phase of a
// request and on each route. The one source of these numbers: the server's limits and the pools'
// sizes are taken from it, `tenggat doctor` sums it against what the service manager allows,
// docs/operations.md shows it, and tests/faults/bounds_test measures it.
#pragma once
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenggat {

struct Config;

inline constexpr std::size_t kKibibyte = 1024, kMebibyte = 1024 * kKibibyte;

// As shipped. What the configuration sets is named after `http.`.
struct Resources {
  // Connections.
  std::size_t connections = 1024;      // http.connections: open at once
  std::size_t shares = 16;             // one address holds at most one part in so many
  std::size_t refusals = 64;           // being told so, beside those
  std::size_t admin_connections = 32;  // of the admin listener
  std::size_t board_streams = 200;     // who follows a board, of all readers
  std::size_t board_streams_of_one = 8;
  std::size_t networks = 65'536;  // remembered of those who came lately; as many tokens

  // Bytes of one.
  std::size_t socket_buffer = 64 * kKibibyte;  // asked of the kernel each way, which takes double
  std::size_t connection = 16 * kKibibyte;     // without head and body
  std::size_t tls = 64 * kKibibyte;
  std::size_t head = 16 * kKibibyte;          // http.header
  std::size_t head_parts = 256;               // fields, query's pairs and path's segments
  std::size_t small_body = 64 * kKibibyte;    // read before it is known who sends it
  std::size_t body = kMebibyte;               // http.body
  std::size_t file = 20 * kMebibyte;          // http.file
  std::size_t file_piece = 256 * kKibibyte;   // of a file on its way in or out
  std::size_t small_answer = 64 * kKibibyte;  // counts as part of its connection
  std::size_t board_piece = 128 * kKibibyte;
  std::size_t session = 16 * kMebibyte;  // of the database: its results

  // Bytes of all together.
  std::size_t bodies = 128 * kMebibyte;
  std::size_t answers = 128 * kMebibyte;
  std::size_t office = 192 * kMebibyte;   // rules, people, 100,000 open permits
  std::size_t outgoing = 64 * kMebibyte;  // messages and posts under way

  std::size_t files_a_day = 2048 * kMebibyte;  // http.daily_files: in the database, of one token

  // Sessions with the database.
  std::size_t reads = 4, lanes = 3, loops = 4, watch = 1, snapshot = 1, file_sessions = 2;

  // Time.
  std::chrono::seconds handshake{10};
  std::chrono::seconds request{30};  // http.request
  std::chrono::seconds idle{60};
  std::chrono::seconds slow_reader{30};  // slower than the next for so long: dropped
  std::size_t slowest_bytes_a_second = 32 * kKibibyte;
  std::chrono::seconds board_stream{60};
  std::chrono::seconds command{25};  // until it is answered that it must wait

  std::size_t of_one_address() const { return connections < shares ? 1 : connections / shares; }
  std::size_t sessions() const { return reads + lanes + loops + watch + snapshot + file_sessions; }
};
inline constexpr Resources kShipped{};

Resources resources_of(const Config& config);

// A phase of a request, or what the daemon is besides.
struct ResourceRow {
  std::string_view phase;
  std::string_view whose;  // before or after it is known who asks
  std::size_t memory = 0;  // bytes, of all of them at once
  std::size_t disk = 0;    // bytes in the database, of all of them at once
  std::size_t at_once = 0;
  std::chrono::seconds time{};  // of one; 0: as long as what it belongs to
  std::string_view ends;        // what comes of more
};
std::vector<ResourceRow> resource_ledger(const Resources& resources);
std::size_t memory_of(const std::vector<ResourceRow>& ledger);

// What a route takes and gives, at most; of which route its row says it (daemon/api/route_row.h).
enum class BodyBound { none, small, whole, file };       // before it is known who asks: `small`
enum class AnswerBound { small, counted, file, board };  // `counted` among `answers`
struct RouteBounds {
  std::string_view route;
  BodyBound body;
  AnswerBound answer;
};
std::size_t body_bytes(BodyBound bound, const Resources& resources);
// Held in memory until it is written.
std::size_t answer_bytes(AnswerBound bound, const Resources& resources);

// The two tables as docs/operations.md has them.
std::string ledger_in_words(const Resources& resources);
std::string routes_in_words(const Resources& resources, const std::vector<RouteBounds>& routes);

// "64 KiB", "1.5 MiB"
std::string size_words(std::size_t bytes);

// What the service manager allows: the running service's memory.max, else MemoryMax= of its unit.
// Nothing: it is not known, or there is no limit. `root` stands for "/".
std::optional<std::size_t> memory_allowed(const std::filesystem::path& root = "/");
// Why the ledger does not fit, and what mends it; nothing where it does, or nobody knows.
std::optional<std::string> refuse_resources(const Resources& resources,
                                            std::optional<std::size_t> allowed);

}  // namespace tenggat
