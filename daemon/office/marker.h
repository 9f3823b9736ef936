// Keeps the mark of the database outside of it (store/mark.h): one file a database, in `state_dir`.
//
// What it guarantees, whenever the daemon, its machine or the database may fail: a database that
// was restored, or promoted without its last commits, is not served before `tenggat db restored`,
// and no number is given again after it. For that
// * numbers are marked ahead before they are given, so that the file always says past which none
//   was. Of an office that is at work the file runs ahead by itself; a command waits for the disk
//   only where more numbers are asked for than that.
// * the rest is written once a second, where it has changed, on a thread of its own. What this
//   daemon has acknowledged it knows exactly: each new session is held against that.
// * a daemon that was cut off may not have written its last second. Where the database is another
//   since (promoted, on another server), that second is nobody's knowledge, and it is not served.
//
// What it does not: another daemon on the same database, with a mark of its own on its own machine,
// learns of a loss that only this one can see when this one has said so in the database; what each
// has given stands in its own mark, so that `tenggat db restored` is run beside each. A disk
// that takes no mark stops no work: it is said in the log and by a metric, and numbers are then
// given that no mark covers.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "daemon/base/metrics.h"
#include "daemon/office/loop.h"
#include "daemon/pg/pool.h"
#include "daemon/store/given.h"

namespace tenggat::office {

std::filesystem::path mark_file(const std::filesystem::path& state_dir,
                                const std::string& identity);
// Nothing: there is none yet. Throws std::runtime_error where it cannot be read.
std::optional<store::Mark> read_mark(const std::filesystem::path& file);

class Marker : public Loop {
 public:
  // All references must outlive it.
  Marker(boost::asio::any_io_executor executor, pg::Pool& pool, Metrics& metrics,
         std::filesystem::path state_dir);
  ~Marker() override;

  // Before anything is done to the database: what it has lost, in words, and tells the database so;
  // empty: it may be served, and from then on it is watched. Throws where its mark cannot be read.
  boost::asio::awaitable<std::string> begin(pg::Connection& connection);
  // Of a session that was just opened: throws an Error of kBehindMark, and tells of it first.
  boost::asio::awaitable<void> look(pg::Connection& connection);
  void on_behind(std::function<void(const pg::Error&)> tell) { tell_ = std::move(tell); }

  // Returns once the disk holds that these may be given, or it takes too long.
  boost::asio::awaitable<void> reserve(NumberCounters numbers);
  // These were given, and these events are durable.
  void acknowledged(const NumberCounters& numbers, const std::vector<store::Witness>& events);

  // The last mark of a daemon that has ended in order: nobody gives anything any more. Blocks.
  void close();

 private:
  struct Written {
    std::string text;
    NumberCounters reserved;
  };

  boost::asio::awaitable<std::chrono::milliseconds> cycle() override;
  boost::asio::awaitable<store::Standing> stand(pg::Connection& connection);
  boost::asio::awaitable<void> fall_behind(pg::Connection& connection, std::string why);
  Written next_text();
  // Of a daemon that gives nothing any more.
  std::string last_text(const NumberCounters& given_at_most) const;
  void begin_write();
  void written(const Written& what, const std::string& failure);
  void say_not_written(const std::string& why);
  bool stuck() const;
  bool covers(const NumberCounters& numbers) const;

  boost::asio::any_io_executor executor_;
  pg::Pool& pool_;
  const std::filesystem::path state_dir_;
  std::function<void(const pg::Error&)> tell_;

  store::Mark mark_;            // what is known; exact
  std::filesystem::path file_;  // empty: not begun
  bool behind_ = false;
  NumberCounters granted_;        // may be given: some lane has asked
  NumberCounters reserved_;       // the disk holds it, whatever becomes of the write under way
  NumberCounters given_written_;  // at the last write, to see how fast they are given
  std::string text_written_;
  bool writing_ = false, failed_ = false;
  std::chrono::nanoseconds write_begun_{}, failure_said_{};

  boost::asio::thread_pool disk_{1};  // last: nothing of this is used once it has gone
};

}  // namespace tenggat::office
