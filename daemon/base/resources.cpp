#include "daemon/base/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>

#include "daemon/base/config.h"

namespace tenggat {
namespace fs = std::filesystem;
namespace {

using Body = BodyBound;
using Answer = AnswerBound;

// A name, its pace and its place in a table.
constexpr std::size_t kRemembered = 128;

// The buffer it is read into, grown by doubling, and its copy in pieces.
std::size_t head_memory(const Resources& r) { return 4 * r.head + r.head_parts * 192; }

std::string time_words(std::chrono::seconds time) {
  return time.count() == 0 ? "–" : fmt::format("{} s", time.count());
}

std::string body_words(Body bound, const Resources& r) {
  switch (bound) {
    case Body::none:
    case Body::small:
      return size_words(r.small_body);
    case Body::whole:
      return size_words(r.body);
    case Body::file:
      break;
  }
  return fmt::format("{} a file, in pieces of {}", size_words(r.file), size_words(r.file_piece));
}

std::string answer_words(Answer bound, const Resources& r) {
  switch (bound) {
    case Answer::small:
      return size_words(r.small_answer);
    case Answer::counted:
      return fmt::format("over {} counted among the {} of all answers", size_words(r.small_answer),
                         size_words(r.answers));
    case Answer::file:
      return fmt::format("a file, in pieces of {}", size_words(r.file_piece));
    case Answer::board:
      break;
  }
  return fmt::format("a stream of {}, in pieces of up to {}", time_words(r.board_stream),
                     size_words(r.board_piece));
}

// --- what the service manager allows -------------------------------------------------------------

constexpr const char* kUnit = "tenggatd.service";

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// "2147483648", "2G" as systemd writes it; nothing for "infinity", "max" and a share of the
// machine.
std::optional<std::size_t> parse_allowed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::size_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr std::string_view kUnits = "KMGT";
  if (unit.empty()) return bytes;
  const std::size_t power = kUnits.find(unit.front());
  if (unit.size() > 1 || power == std::string_view::npos) return std::nullopt;
  return bytes << (10 * (power + 1));
}

// The last MemoryMax= of a unit's file, as it stands.
std::optional<std::string> memory_max_in(const fs::path& file) {
  constexpr std::string_view kKey = "MemoryMax=";
  std::optional<std::string> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(kKey)) found = line.substr(kKey.size());
  return found;
}

// The unit, then what an administrator laid beside it, by name: the last one counts.
std::optional<std::size_t> allowed_by_unit(const fs::path& root) {
  std::optional<std::string> said;
  for (const char* folder : {"etc/systemd/system", "run/systemd/system", "usr/lib/systemd/system",
                             "lib/systemd/system"}) {
    if (said = memory_max_in(root / folder / kUnit); said) break;
  }
  std::map<std::string, fs::path> beside;
  for (const char* folder :
       {"usr/lib/systemd/system", "run/systemd/system", "etc/systemd/system"}) {
    std::error_code none;
    for (const auto& one :
         fs::directory_iterator(root / folder / (kUnit + std::string(".d")), none))
      if (one.path().extension() == ".conf") beside[one.path().filename()] = one.path();
  }
  for (const auto& [name, path] : beside)
    if (auto more = memory_max_in(path)) said = std::move(more);
  return said ? parse_allowed(*said) : std::nullopt;
}

}  // namespace

Resources resources_of(const Config& config) {
  Resources resources;
  resources.connections = static_cast<std::size_t>(config.http.connections);
  resources.head = config.http.header_bytes;
  resources.body = config.http.body_bytes;
  resources.file = config.http.file_bytes;
  resources.request = config.http.request;
  resources.files_a_day = config.http.daily_file_bytes;
  return resources;
}

std::vector<ResourceRow> resource_ledger(const Resources& r) {
  const std::size_t open = r.connections + r.refusals + r.admin_connections;
  const std::size_t before = open * r.small_body;
  return {
      {"accept: the kernel's buffers",
       "before",
       open * 4 * r.socket_buffer,
       0,
       open,
       {},
       "503; of one address 429, after the one that has waited longest is closed"},
      {"TLS handshake and session", "before", open * r.tls, 0, open, r.handshake, "closed"},
      {"idle", "before", open * r.connection, 0, open, r.idle, "closed"},
      {"head", "before", open * head_memory(r), 0, open, r.request, "431; 408"},
      {"who came lately", "before", 2 * r.networks * kRemembered, 0, r.networks,
       std::chrono::seconds{60}, "new ones share one pace"},
      {"body before authentication", "before", 2 * std::min(before, r.bodies), 0, open, r.request,
       "413; 408"},
      {"body after; file in", "after", 2 * (r.bodies - std::min(before, r.bodies)), 0,
       r.connections, r.request, "503; a file's time grows as it comes"},
      {"file kept",
       "after",
       0,
       r.files_a_day,
       0,
       {},
       "of one token a day; 429 or 413 over a quota"},
      {"handler: a body's values", "after", r.bodies, 0, r.connections, r.command, "503"},
      {"handler: the database's sessions",
       "both",
       r.sessions() * r.session,
       0,
       r.sessions(),
       {},
       "503"},
      {"answer, small", "both", open * r.small_answer, 0, open, r.slow_reader,
       "a slow reader is dropped"},
      {"answer, counted; file out", "both", r.answers, 0, r.connections, r.slow_reader,
       "503; a slow reader is dropped"},
      {"board streams", "after", r.board_streams * r.board_piece * 2, 0, r.board_streams,
       r.board_stream, "503; of one reader 429"},
      {"messages and posts", "–", r.outgoing, 0, 0, {}, "wait in the database"},
      {"the office itself", "–", r.office, 0, 0, {}, "grows with open permits"},
  };
}

std::size_t memory_of(const std::vector<ResourceRow>& ledger) {
  std::size_t sum = 0;
  for (const ResourceRow& row : ledger) sum += row.memory;
  return sum;
}

std::size_t body_bytes(BodyBound bound, const Resources& r) {
  switch (bound) {
    case Body::none:
    case Body::small:
      return r.small_body;
    case Body::whole:
      return r.body;
    case Body::file:
      break;
  }
  return r.file;
}

std::size_t answer_bytes(AnswerBound bound, const Resources& r) {
  switch (bound) {
    case Answer::small:
      return r.small_answer;
    case Answer::counted:
      return r.answers;
    case Answer::file:
      return r.file_piece;
    case Answer::board:
      break;
  }
  return r.board_piece;
}

std::string size_words(std::size_t bytes) {
  if (bytes == 0) return "–";
  const bool large = bytes >= kMebibyte;
  const double units =
      static_cast<double>(bytes) / static_cast<double>(large ? kMebibyte : kKibibyte);
  return fmt::format("{:.4g} {}", units, large ? "MiB" : "KiB");
}

std::string ledger_in_words(const Resources& r) {
  std::string table =
      "| phase | authentication | memory | database | at once | time | more |\n"
      "|---|---|---|---|---|---|---|\n";
  const std::vector<ResourceRow> ledger = resource_ledger(r);
  for (const ResourceRow& row : ledger)
    table += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", row.phase, row.whose,
                         size_words(row.memory), size_words(row.disk),
                         row.at_once == 0 ? "–" : std::to_string(row.at_once), time_words(row.time),
                         row.ends);
  return table + fmt::format("| **all** | | **{}** | | | | |\n", size_words(memory_of(ledger)));
}

std::string routes_in_words(const Resources& r, const std::vector<RouteBounds>& all) {
  std::string table = "| body, once it is known who sends it | answer | routes |\n|---|---|---|\n";
  for (const Body body : {Body::none, Body::small, Body::whole, Body::file})
    for (const Answer answer : {Answer::small, Answer::counted, Answer::file, Answer::board}) {
      std::string routes;
      for (const RouteBounds& one : all)
        if (one.body == body && one.answer == answer)
          routes += fmt::format("{}`{}`", routes.empty() ? "" : " ", one.route);
      if (!routes.empty())
        table += fmt::format("| {} | {} | {} |\n", body == Body::none ? "–" : body_words(body, r),
                             answer_words(answer, r), routes);
    }
  return table;
}

std::optional<std::size_t> memory_allowed(const fs::path& root) {
  const fs::path group = root / "sys/fs/cgroup/system.slice" / kUnit / "memory.max";
  const std::string running = text_of(group);
  return running.empty() ? allowed_by_unit(root) : parse_allowed(running);
}

std::optional<std::string> refuse_resources(const Resources& resources,
                                            std::optional<std::size_t> allowed) {
  const std::size_t sum = memory_of(resource_ledger(resources));
  if (!allowed || sum <= *allowed) return std::nullopt;
  return fmt::format(
      "what may be held at once comes to {}, and the service may have {}: lower http.connections "
      "({}), http.header ({}) or http.body, or raise MemoryMax= in a drop-in of {}",
      size_words(sum), size_words(*allowed), resources.connections, size_words(resources.head),
      kUnit);
}

}  // namespace tenggat
