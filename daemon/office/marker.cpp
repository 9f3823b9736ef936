#include "daemon/office/marker.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <sstream>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/state_dir.h"
#include "daemon/pg/schema.h"

namespace tenggat::office {
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::seconds kMarkEvery{1};
constexpr std::chrono::minutes kSayAgain{1};
// So many numbers are marked ahead at least, and this often as many as were given between the last
// two marks, so that an office at work never waits for them.
constexpr std::int64_t kAheadAtLeast = 20, kAheadTimes = 4;
// A command that needs more waits for the disk no longer than this.
constexpr std::chrono::seconds kDiskWithin{2};
constexpr std::chrono::milliseconds kLookAgain{2};

std::int64_t& at(NumberCounters& numbers, const NumberCounters::key_type& series) {
  return numbers[series];
}
std::int64_t last(const NumberCounters& numbers, const NumberCounters::key_type& series) {
  const auto found = numbers.find(series);
  return found == numbers.end() ? 0 : found->second;
}
void raise(NumberCounters& numbers, const NumberCounters& by) {
  for (const auto& [series, number] : by)
    at(numbers, series) = std::max(last(numbers, series), number);
}

}  // namespace

fs::path mark_file(const fs::path& state_dir, const std::string& identity) {
  return state_dir / "marks" / (identity + ".json");
}

std::optional<store::Mark> read_mark(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    if (error) throw std::runtime_error(file.string() + ": " + error.message());
    return std::nullopt;
  }
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw std::runtime_error(file.string() + " cannot be read");
  try {
    return store::mark_of(text.str());
  } catch (const std::runtime_error& why) {
    throw std::runtime_error(file.string() + ": " + why.what());
  }
}

Marker::Marker(asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics, fs::path state_dir)
    : Loop("mark", executor, metrics),
      executor_(executor),
      pool_(pool),
      state_dir_(std::move(state_dir)) {}

Marker::~Marker() { disk_.join(); }

asio::awaitable<std::string> Marker::begin(pg::Connection& connection) {
  const std::string identity = co_await store::read_identity(connection);
  const fs::path file = mark_file(state_dir_, identity);
  // A start that is tried again knows more than its file.
  const std::optional<store::Mark> known = file_ == file ? mark_ : read_mark(file);
  const store::Mark mark = known.value_or(store::Mark{});
  store::Standing standing = co_await store::read_standing(connection, mark);
  std::string why = standing.behind;
  if (known) {
    const store::Loss loss = store::loss_of(mark, standing.found, std::move(standing.missing),
                                            std::move(standing.revived));
    if (loss.any()) why = store::words_of(loss);
  }
  if (!why.empty()) {
    pg::Pipeline saying;
    store::add_say_behind(saying, why);
    co_await connection.run(std::move(saying));
    co_return why;
  }
  mark_ = mark;
  mark_.take(standing.found);
  mark_.exact = true;
  granted_ = mark_.given.numbers;
  given_written_ = mark_.given.numbers;
  reserved_ = {};
  file_ = file;
  metrics_.messages_held.Set(standing.held_at ? 1 : 0);
  // The first mark is there before the first number is given.
  const Written first = next_text();
  std::string failure;
  try {
    write_state_file(file_, first.text);
  } catch (const std::exception& failed) {
    failure = failed.what();
  }
  written(first, failure);
  co_return "";
}

// Compares with what was known before it asks: what is acknowledged meanwhile is not missed.
asio::awaitable<store::Standing> Marker::stand(pg::Connection& connection) {
  const store::Mark before = mark_;
  store::Standing standing = co_await store::read_standing(connection, before);
  if (standing.standby) co_return standing;
  std::string why = standing.behind;
  if (standing.found.identity != before.given.identity) {
    why = "another database has taken the place of the one that was served";
  } else {
    const store::Loss loss =
        store::loss_of(before, standing.found, standing.missing, standing.revived);
    if (loss.any()) why = store::words_of(loss);
  }
  if (!why.empty()) co_await fall_behind(connection, std::move(why));
  co_return standing;
}

asio::awaitable<void> Marker::fall_behind(pg::Connection& connection, std::string why) {
  behind_ = true;
  // What it gave it knows exactly: fewer numbers are left out than were marked ahead.
  asio::post(disk_, [file = file_, text = last_text(granted_)] {
    try {
      write_state_file(file, text);
    } catch (const std::exception&) {
      // Then more are.
    }
  });
  try {
    pg::Pipeline saying;
    store::add_say_behind(saying, why);
    co_await connection.run(std::move(saying));
  } catch (const std::exception&) {
    // Then other daemons find it by themselves, or by their next start.
  }
  const pg::Error error{{.sqlstate = pg::kBehindMark, .message = std::move(why)}};
  if (tell_) tell_(error);
  throw error;
}

asio::awaitable<void> Marker::look(pg::Connection& connection) {
  if (file_.empty() || behind_) co_return;
  co_await stand(connection);
}

asio::awaitable<std::chrono::milliseconds> Marker::cycle() {
  if (file_.empty() || behind_) co_return kMarkEvery;
  pg::Pool::Lease lease = co_await pool_.acquire();
  const store::Standing standing = co_await stand(*lease);
  if (standing.standby) co_return kMarkEvery;
  mark_.take(standing.found);
  metrics_.messages_held.Set(standing.held_at ? 1 : 0);
  if (stuck()) say_not_written("the disk does not answer");
  begin_write();
  co_return kMarkEvery;
}

bool Marker::covers(const NumberCounters& numbers) const {
  return std::ranges::all_of(
      numbers, [this](const auto& one) { return one.second <= last(reserved_, one.first); });
}

asio::awaitable<void> Marker::reserve(NumberCounters numbers) {
  if (file_.empty()) co_return;
  raise(granted_, numbers);
  for (bool tried = false; !covers(numbers) && !behind_; tried = true) {
    if ((tried && failed_ && !writing_) || stuck()) co_return;  // said elsewhere
    begin_write();
    asio::steady_timer pause(executor_, kLookAgain);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

// The disk has not answered for so long that nobody waits for it any more.
bool Marker::stuck() const { return writing_ && Clock::monotonic() - write_begun_ > kDiskWithin; }

void Marker::acknowledged(const NumberCounters& numbers,
                          const std::vector<store::Witness>& events) {
  raise(mark_.given.numbers, numbers);
  for (const store::Witness& one : events) mark_.saw(one);
}

std::string Marker::last_text(const NumberCounters& given_at_most) const {
  store::Mark last_mark = mark_;
  last_mark.reserved = given_at_most;
  last_mark.exact = true;
  return store::text_of(last_mark);
}

Marker::Written Marker::next_text() {
  raise(granted_, mark_.given.numbers);
  store::Mark next = mark_;
  next.exact = false;
  for (const auto& [series, granted] : granted_) {
    const std::int64_t grown = last(mark_.given.numbers, series) - last(given_written_, series);
    next.reserved[series] = granted + std::max(kAheadAtLeast, kAheadTimes * grown);
  }
  given_written_ = mark_.given.numbers;
  return {store::text_of(next), next.reserved};
}

void Marker::begin_write() {
  if (writing_) return;
  Written next = next_text();
  if (next.text == text_written_ && !failed_) return;
  writing_ = true;
  write_begun_ = Clock::monotonic();
  // Until it is known which of the two is on the disk, the lesser counts.
  for (auto& [series, number] : reserved_) number = std::min(number, last(next.reserved, series));
  asio::post(disk_, [this, next = std::move(next), file = file_] {
    std::string failure;
    try {
      write_state_file(file, next.text);
    } catch (const std::exception& why) {
      failure = why.what();
    }
    asio::post(executor_, [this, next, failure] { written(next, failure); });
  });
}

void Marker::written(const Written& what, const std::string& failure) {
  writing_ = false;
  failed_ = !failure.empty();
  if (!failed_) {
    reserved_ = what.reserved;
    text_written_ = what.text;
    metrics_.mark_written_timestamp_seconds.Set(Clock::machine_seconds());
    return;
  }
  say_not_written(failure);
}

void Marker::say_not_written(const std::string& why) {
  metrics_.mark_write_failures.Increment();
  const auto now = Clock::monotonic();
  if (failure_said_.count() > 0 && now - failure_said_ < kSayAgain) return;
  failure_said_ = now;
  log_event(Level::error, "mark_not_written",
            {{"file", file_.string()},
             {"why", why},
             {"effect",
              "work goes on; numbers given meanwhile are not known to be given where the "
              "database is restored"},
             {"remedy", "make room on the disk of state_dir, or let tenggatd write there"}});
}

void Marker::close() {
  if (file_.empty() || behind_) return;
  disk_.join();  // what is under way would take its place
  try {
    write_state_file(file_, last_text(mark_.given.numbers));
  } catch (const std::exception& why) {
    log_event(Level::error, "mark_not_written", {{"file", file_.string()}, {"why", why.what()}});
  }
}

}  // namespace tenggat::office
