// Where `tenggatd --reload PID` asks a running daemon to reload and hears how that went: an
// abstract socket named by the process, so that neither the configuration nor a secret must be
// readable by who asks, and no file is left behind. root and the daemon's own user may ask.
#pragma once
#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <string>
#include <vector>

namespace tenggat {

struct ReloadReport {
  bool accepted = false;
  // Faults where it was refused, else what changed, what takes a restart, where files differ from
  // what is in force. One line each.
  std::vector<std::string> lines;
};

class ReloadDoor {
 public:
  using Reload = std::function<boost::asio::awaitable<ReloadReport>()>;

  ReloadDoor(boost::asio::any_io_executor executor, Reload reload);
  ReloadDoor(const ReloadDoor&) = delete;
  ReloadDoor& operator=(const ReloadDoor&) = delete;

  // One caller after the other, until close(). Without the name, another has it, nobody is heard
  // here and the log says so; SIGHUP works all the same.
  boost::asio::awaitable<void> run();
  void close();

 private:
  boost::asio::awaitable<void> answer(boost::asio::local::stream_protocol::socket caller);

  boost::asio::local::stream_protocol::acceptor acceptor_;
  Reload reload_;
  bool closed_ = false;
};

// Prints the report; the exit status: 0 accepted, 1 refused or not answered.
int ask_to_reload(pid_t daemon);

}  // namespace tenggat
