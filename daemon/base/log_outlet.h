// Where lines leave the process. Nothing here waits: a log that nobody reads must not stop
// anything. What cannot leave at once waits, up to kWaitingMax bytes; what comes beyond that is
// lost, and counted until all that waits has left.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace tenggat {

class LogOutlet {
 public:
  static constexpr std::size_t kWaitingMax = 1024 * 1024;

  enum class To { standard_error, journal };

  LogOutlet() = default;
  ~LogOutlet();
  LogOutlet(const LogOutlet&) = delete;
  LogOutlet& operator=(const LogOutlet&) = delete;

  // From here on to there; what waits goes there, too. May be called again.
  void open(To to);

  // From now on only what is urgent leaves at once. `later` is asked, once for all that comes
  // meanwhile, to see to it that tend() is called soon: lines that leave together cost a
  // fraction. Empty: each leaves at once, as at first.
  void gather(std::function<void()> later);
  // A whole line with its end, or one entry in the journal's own form.
  void put(std::string record, bool urgent = true) noexcept;
  // What waits leaves as far as it can.
  void tend();
  // Where lines were lost: what waits leaves, and once nothing does, how many they are, told now.
  std::uint64_t take_lost();
  // For the end of the process: waits a moment for what waits to leave, and gives up where nothing
  // moves.
  void flush();
  std::uint64_t lost_ever() const;

 private:
  void look_at_standard_error();
  bool ask() noexcept;
  void leave();
  std::string_view next_piece();
  void gone(std::size_t bytes);
  std::size_t write_some(std::string_view bytes);
  void close_own();

  mutable std::mutex mutex_;
  To to_ = To::standard_error;
  // Standard error's file opened anew, so that it alone is non-blocking: others share the old one.
  // Or the journal's socket.
  int own_ = -1;
  enum class Kind { file, pipe, socket } kind_ = Kind::file;
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::function<void()> later_;
  bool asked_ = false;
  std::string piece_;  // what leaves together
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0, front_left_ = 0;  // of the first one, what has left already
  std::uint64_t lost_ = 0, lost_ever_ = 0;
};

}  // namespace tenggat
