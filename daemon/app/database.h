// The sessions with the database, and what they were told of the state it is in.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "daemon/base/metrics.h"
#include "daemon/office/trouble.h"
#include "daemon/pg/cut.h"
#include "daemon/pg/pool.h"

namespace tenggat::app {

class Database {
 public:
  // Both references must outlive it.
  Database(boost::asio::io_context& io, std::string conninfo, Metrics& metrics);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Of a session of one's own beside the pools.
  pg::ConnectOptions connect_options();

  // From the first session that meets a schema this program does not know, or a database that was
  // restored: nothing is done to it. Every session ends, what was under way with it, and none is
  // opened again; whoever asks is told so, until the program is replaced or started again.
  void halt(const pg::Error& why);
  const std::string& halted() const { return halted_; }  // why; empty: it is not

  // It is there but cannot do its work, as any session was told, until a write succeeds again.
  const std::string& unfit() const { return unfit_.words(); }
  void writes_again() { unfit_.writes_again(); }

  // Every session and look-up ends at once, and no more begin.
  pg::Cut& cut() { return cut_; }
  void close();
  std::vector<const pg::Pool*> pools() const;

 private:
  void hear(const pg::Error& error);

  const std::string conninfo_;
  Metrics& metrics_;
  pg::Cut& cut_;
  office::Unfit unfit_;
  std::string unfit_said_;
  std::chrono::nanoseconds unfit_said_at_{};
  std::string halted_;

 public:
  // Each kind of work has connections of its own: a flood of one does not starve another.
  pg::Pool commands, watch, office, snapshot, reads, files;
};

}  // namespace tenggat::app
