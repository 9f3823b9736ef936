#include "daemon/api/uploads.h"

#include <algorithm>
#include <stdexcept>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/http/file_response.h"

namespace tenggat::http {
namespace {

// An archive's directory is looked for in so much of its end.
constexpr int kEndChunks = 8;

}  // namespace

// --- shares --------------------------------------------------------------------------------------

std::chrono::seconds seconds_to_next_share() {
  constexpr std::int64_t kDay = 24 * 3600;
  return std::chrono::seconds(kDay - Clock::machine_now().time_since_epoch().count() % kDay);
}

Uploads::Account::Account(Uploads& uploads, Sender sender)
    : tallies_(uploads.tallies_),
      permit_bytes_(uploads.limits_.permit_bytes),
      sender_(std::move(sender)) {
  Tally& mine = (*tallies_)[sender_.name];
  ++mine.accounts;
  finished_before_ = mine.finished;
}

Uploads::Account::~Account() {
  if (--tally().accounts == 0) tallies_->erase(sender_.name);
}

std::optional<ProblemCode> Uploads::Account::refusal(std::uint64_t more) const {
  const std::uint64_t now = tally().under_way + tally().finished - finished_before_ + more;
  if (sender_.permit != 0 && share_.permit + now > permit_bytes_)
    return ProblemCode("permit_files_full");
  if (share_.today + now > sender_.a_day) return ProblemCode("daily_files_full");
  return std::nullopt;
}

awaitable<std::shared_ptr<Uploads::Account>> Uploads::open(Sender sender) {
  const auto opened = account(std::move(sender));
  auto acquiring = pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Pipeline asking;
  const auto share = store::add_find_share(asking, opened->sender().name, opened->sender().permit);
  auto running = lease->run(std::move(asking));
  const pg::Results results = co_await std::move(running);
  opened->know(results[share]);
  co_return opened;
}

awaitable<void> Uploads::drop(Files files) {
  try {
    auto acquiring = pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    pg::Pipeline dropping;
    for (const auto& [sha256, content] : files) store::add_drop_file(dropping, sha256, content);
    auto running = lease->run(std::move(dropping));
    co_await std::move(running);
  } catch (const pg::Error&) {
    // It is collected once its time is over.
  }
}

// --- in ------------------------------------------------------------------------------------------

Upload::Upload(Uploads& uploads, std::shared_ptr<Uploads::Account> account, std::uint64_t announced)
    : uploads_(uploads), account_(std::move(account)), set_aside_(announced) {
  account_->tally().under_way += set_aside_;
}

Upload::~Upload() {
  account_->tally().under_way -= set_aside_;
  account_->tally().finished += counted_;
}

// Why they may not come, if they may not.
std::optional<ProblemCode> Upload::count(std::size_t bytes) {
  size_ += bytes;
  if (size_ <= set_aside_) return std::nullopt;
  const std::uint64_t more = size_ - set_aside_;
  const std::optional<ProblemCode> refusal = account_->refusal(more);
  set_aside_ += more;
  account_->tally().under_way += more;
  return refusal;
}

awaitable<void> Upload::add(std::string_view bytes) {
  hash_.add(bytes);
  if (refusal_) co_return;
  if (const auto full = count(bytes.size())) refuse(*full);
  if (head_.size() < kFileHead) head_ += bytes.substr(0, kFileHead - head_.size());
  if (!refusal_ && head_.size() == kFileHead && !may_be_taken(head_))
    refuse("unsupported_media_type");
  if (!refusal_ && head_.starts_with("%PDF")) pages_.add(bytes);
  while (!refusal_ && !bytes.empty()) {
    const std::string_view part = bytes.substr(0, store::kChunkBytes - chunk_.size());
    chunk_ += part;
    bytes.remove_prefix(part.size());
    if (bytes.empty()) break;  // the last chunk goes with what finishes it
    auto writing = write_chunk();
    co_await std::move(writing);
  }
  if (!refusal_) co_return;
  auto dropping = drop();
  co_await std::move(dropping);
}

// Whoever waits for a connection holds one copy of the chunk, not two.
awaitable<void> Upload::write_chunk() {
  auto acquiring = uploads_.pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Pipeline writing;
  if (chunks_ == 0) store::add_begin_upload(writing, content_);
  store::add_without_waiting(writing);
  const pg::Slot<bool> taken = store::add_chunk(writing, content_, chunks_, chunk_);
  ++chunks_;  // maybe, also where it fails
  auto running = lease->run(std::move(writing));
  const pg::Results results = co_await std::move(running);
  if (!results[taken]) refuse("overloaded");
  chunk_.clear();
}

// An archive says at its end what it is.
awaitable<void> Upload::tell_type() {
  if (chunks_ == 0 || !told_by_its_end(head_)) {
    type_ = file_type_of(chunks_ == 0 ? std::string_view(chunk_) : head_);
    co_return;
  }
  const int first = std::max(0, chunks_ - kEndChunks);
  pg::Pipeline reading;
  const auto begin = store::add_find_chunks(reading, content_, 0, 1);
  const auto end = store::add_find_chunks(reading, content_, first, kEndChunks);
  auto acquiring = uploads_.pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto running = lease->run(std::move(reading));
  const pg::Results results = co_await std::move(running);
  const std::string head = results[begin];
  const std::string tail = results[end] + chunk_;
  type_ = file_type_of(head, tail, size_);
}

const std::string& Upload::sha256() {
  if (sha256_.empty()) sha256_ = store::hex(hash_.hash());
  return sha256_;
}

awaitable<void> Upload::finish(pg::Pipeline more) {
  if (refusal_) co_return;
  auto telling = tell_type();
  co_await std::move(telling);
  if (!type_) {
    refuse("unsupported_media_type");
    auto dropping = drop();
    co_await std::move(dropping);
    co_return;
  }
  auto acquiring = uploads_.pool_.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  pg::Pipeline finishing;
  if (chunks_ == 0) store::add_begin_upload(finishing, content_);
  store::add_chunk(finishing, content_, chunks_, chunk_);
  const Sender& sender = account_->sender();
  const pg::Slot<bool> finish = store::add_finish_file(
      finishing,
      {sha256(), std::string(type_->media_type), size_, content_, chunks_ + 1, sender.added_by,
       sender.keep_for, type_->media_type == "application/pdf" ? pages_.count() : std::nullopt});
  store::add_to_share(finishing, sender.name, size_);
  finishing.append(std::move(more));
  auto running = lease->run(std::move(finishing));
  const pg::Results results = co_await std::move(running);
  counted_ = size_;
  finished_ = results[finish];
  if (!finished_) refuse("overloaded");
  chunk_ = {};
}

awaitable<void> Upload::drop() {
  chunk_ = {};
  if (chunks_ == 0 || finished_) co_return;
  const std::size_t written =
      static_cast<std::size_t>(std::exchange(chunks_, 0)) * store::kChunkBytes;
  try {
    auto acquiring = uploads_.pool_.acquire();
    pg::Pool::Lease lease = co_await std::move(acquiring);
    pg::Pipeline dropping;
    store::add_drop_upload(dropping, content_);
    // Who breaks off again and again has used their share of the disk, too.
    store::add_to_share(dropping, account_->sender().name, written);
    auto running = lease->run(std::move(dropping));
    co_await std::move(running);
    counted_ = written;
  } catch (const pg::Error&) {
    // It is collected once it has stood still.
  }
}

// --- out -----------------------------------------------------------------------------------------

namespace {

// No connection is held while the reader takes its time.
struct Outgoing {
  pg::Pool& pool;
  std::int64_t content;
  int place;
};

awaitable<std::string> next_chunk(std::shared_ptr<Outgoing> out) {
  pg::Pipeline reading;
  const auto chunk = store::add_find_chunks(reading, out->content, out->place++, 1);
  auto acquiring = out->pool.acquire();
  pg::Pool::Lease lease = co_await std::move(acquiring);
  auto running = lease->run(std::move(reading));
  const pg::Results results = co_await std::move(running);
  co_return results[chunk];
}

// An answer that has begun can only break off.
awaitable<std::string> next_or_nothing(std::shared_ptr<Outgoing> out) {
  try {
    auto reading = next_chunk(out);
    co_return co_await std::move(reading);
  } catch (const pg::Error& error) {
    log_event(Level::warning, "download_broken", {{"why", error.message()}});
  }
  co_return "";
}

}  // namespace

awaitable<Response> Uploads::download(store::StoredFile file, std::string name) {
  const auto out = std::make_shared<Outgoing>(Outgoing{pool_, file.content, 0});
  auto reading = next_chunk(out);
  std::string first = co_await std::move(reading);
  Response response = file_response(stored_file_type(file.content_type, first), name);
  response.body = std::move(first);
  response.length = file.size;
  if (response.body.size() < file.size) response.stream = [out] { return next_or_nothing(out); };
  co_return response;
}

}  // namespace tenggat::http
