// What is behind a Connection. Included by the files of this folder only: it brings Asio with it.
#pragma once
#include <libpq-fe.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <unordered_map>

#include "daemon/pg/connection.h"
#include "daemon/pg/cut.h"
#include "daemon/pg/hosts.h"

namespace tenggat::pg {

// Coroutines are static and hold the session by value, so it outlives a Connection destroyed
// meanwhile.
class Connection::Impl : public std::enable_shared_from_this<Impl> {
 public:
  using Self = std::shared_ptr<Impl>;

  Impl(boost::asio::any_io_executor executor, std::function<void(const Error&)> on_error);
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { close(); }

  // Why a session could not be opened, and the server's SQLSTATE where it said one.
  struct Unopened {
    std::string why;
    std::string sqlstate;
  };
  // Nothing where it is open.
  static Awaitable<std::optional<Unopened>> open(Self self, Host host, std::string address,
                                                 Timeout timeout);

  static Awaitable<void> after_error(Self self, RunOptions options);
  static Awaitable<Results> flight(Self self, Pipeline pipeline, RunOptions options);
  static Awaitable<Result> query(Self self, std::string sql, std::vector<Param> params);
  static Awaitable<Result> script(Self self, std::string sql, RunOptions options);
  static Awaitable<std::optional<Notification>> notification(Self self, Timeout timeout);

  void close() noexcept;
  bool closed() const { return connection_ == nullptr; }
  bool in_transaction() const;
  bool looks_alive();
  int backend_pid() const { return connection_ ? PQbackendPID(connection_) : 0; }
  [[noreturn]] void fail(const Error& error) const;

  std::size_t host_index = 0;
  std::function<void(bool)> on_sent;  // as in ConnectOptions
  std::unique_ptr<Cut::Member> cut;

 private:
  // Holds the session for one operation. Left without done(), by exception or by destruction of the
  // coroutine, it closes: nobody knows what the server will still send.
  class Turn;
  struct Answer {
    std::vector<Result> results;
    std::optional<ErrorFields> error;
  };
  struct Expected {
    std::size_t statement;
    bool is_prepare;
  };

  static Awaitable<Answer> exchange(Self self, Pipeline pipeline);
  static Awaitable<void> flush(Self self, bool could_commit);
  static Awaitable<void> readable(Self self, bool could_commit);
  static Awaitable<PGresult*> next_result(Self self, bool could_commit);

  std::vector<Expected> send(const Pipeline& pipeline);
  void send_statement(const Pipeline::Statement& statement, std::size_t index,
                      std::vector<Expected>& expected);
  bool could_commit(const Pipeline& pipeline) const;
  void note(Answer& answer, std::shared_ptr<const PGresult> result, std::size_t statement,
            bool could_commit);
  ErrorFields fields_of(const PGresult* result, std::optional<std::size_t> statement) const;
  void start_deadline(Timeout timeout);
  void stop_deadline();
  [[noreturn]] void lose(std::string why, bool outcome_unknown);
  static void on_notice(void* self, const PGresult* notice);

  PGconn* connection_ = nullptr;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer deadline_;
  std::uint64_t deadline_number_ = 0;
  Timeout limit_{};
  bool timed_out_ = false;
  bool busy_ = false;
  struct Prepared {
    std::string name;
    std::vector<Oid> types;  // of its parameters
  };
  std::unordered_map<std::string, Prepared> prepared_;  // by SQL
  std::uint64_t prepared_ever_ = 0;
  std::string warning_;  // SQLSTATE of the WARNING seen since the last result
  std::string fatal_;    // SQLSTATE of the FATAL the server sent while nothing was asked
  std::function<void(const Error&)> on_error_;
};

// Addresses of a name, or empty if there are none in time. getaddrinfo blocks, so it runs on Asio's
// resolver thread, and is abandoned, not awaited, when time is up or the Cut is made.
Awaitable<std::vector<std::string>> resolve(std::string name, Timeout timeout);

}  // namespace tenggat::pg
