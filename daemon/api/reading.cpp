#include "daemon/api/reading.h"

#include <charconv>

#include "daemon/store/snapshot.h"

namespace tenggat::http {

using boost::asio::awaitable;

std::string searched_words(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  std::string words;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    bool control = false;
    for (; end < text.size() && (text[end] == ' ' || is_control(text[end])); ++end)
      control = control || is_control(text[end]);
    if (end == at) end = at + 1;
    words += control ? std::string_view(" ") : text.substr(at, end - at);
    at = end;
  }
  const std::size_t first = words.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return words.substr(first, words.find_last_not_of(' ') - first + 1);
}

std::optional<std::int64_t> parse_id(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  // Nothing has the id 0.
  if (error != std::errc() || end != text.data() + text.size() || id == 0) return std::nullopt;
  return id;
}

awaitable<Reading> Reader::read(std::vector<std::int64_t> ids, pg::Pipeline more) {
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Pipeline pipeline;
  pipeline.add(store::kBeginSnapshotSql);
  const pg::Slot<store::Moment> moment = pipeline.add(store::kMoment);
  std::optional<store::PermitLoad> load;
  if (!ids.empty()) load.emplace(pipeline, ids, store::Lock::none);
  const std::size_t own = pipeline.size();
  pipeline.append(std::move(more));
  pipeline.add(store::kEndSnapshotSql);

  auto running = lease->run(std::move(pipeline));
  pg::Results results = co_await std::move(running);
  Reading reading;
  reading.moment = results[moment];
  if (load) reading.permits = load->take(results);
  reading.results = std::move(results).after(own);

  if (!rulebook_.fresh(reading.moment)) {
    auto refreshing = rulebook_.refresh(*lease, reading.moment);
    co_await std::move(refreshing);
  }
  std::vector<std::string> versions = rulebook_.unknown_versions(reading.permits);
  if (!versions.empty()) {
    auto ensuring = rulebook_.ensure_versions(*lease, std::move(versions));
    co_await std::move(ensuring);
  }
  co_return reading;
}

awaitable<std::optional<std::int64_t>> Reader::id_of(std::string text,
                                                     std::shared_ptr<RequestTrace> trace) {
  if (const auto id = parse_id(text)) {
    if (trace) trace->note_permit(*id);
    co_return id;
  }
  pg::Pipeline by_number;
  const auto asked = store::add_find_by_number(by_number, text);
  auto reading = read({}, std::move(by_number));
  const Reading found = co_await std::move(reading);
  const std::optional<std::int64_t> id = found.results[asked];
  if (id && trace) trace->note_permit(*id);
  co_return id;
}

}  // namespace tenggat::http
