// One PostgreSQL session: libpq, never blocking, on the io_context of the coroutine that opened it.
//
// Pipeline first: statements are gathered in a Pipeline and leave in one flight, with one sync at
// the end. Values travel in PostgreSQL's binary formats and say of what type they are; only a text
// says nothing, so that the statement decides ($1::jsonb, $1::date). Results come in binary, too: a
// column of a type that wire.h does not know needs a cast in the SQL.
//
// Failure, all as exceptions: Error when the server refused a statement, ConnectionLost when the
// session is gone. A thrown error leaves the session idle (its transaction rolled back) or broken.
// One coroutine at a time may use a Connection; a second one is a std::logic_error. Connections go
// before their io_context does.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/pg/wire.h"
#include "rules/time.h"

struct pg_result;

namespace tenggat::pg {

template <class T>
using Awaitable = boost::asio::awaitable<T>;
using Timeout = std::chrono::milliseconds;

// No wait on the database is longer than this unless its caller says so.
inline constexpr Timeout kStatementTimeout = std::chrono::seconds{30};

// --- Errors
// ---------------------------------------------------------------------------------------

struct ErrorFields {
  std::string sqlstate{};                  // five characters, always set
  std::string message{};                   // the server's primary message, or ours
  std::string detail{};                    // may quote row values: personal data, never for a log
  std::string constraint{};                // name of the violated constraint, if any
  std::optional<std::size_t> statement{};  // index in the pipeline as its caller numbered it
  bool outcome_unknown = false;
};

// The server refused a statement. The other statements of the pipeline did not happen either,
// except those an earlier COMMIT in the same pipeline had made durable.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorFields fields);

  const std::string& sqlstate() const { return fields_.sqlstate; }
  std::string_view sqlstate_class() const {
    return std::string_view{fields_.sqlstate}.substr(0, 2);
  }
  const std::string& message() const { return fields_.message; }
  const std::string& detail() const { return fields_.detail; }
  const std::string& constraint() const { return fields_.constraint; }
  std::optional<std::size_t> statement() const { return fields_.statement; }
  const ErrorFields& fields() const { return fields_; }

  // True if the work may or may not be durable: a COMMIT (or a statement outside a transaction) was
  // under way when the session ended, or COMMIT came back with a warning. Settle it by idempotency
  // key; never assume either way.
  bool outcome_unknown() const { return fields_.outcome_unknown; }

  // "cached plan must not change result type" after a migration. The connection counts as broken,
  // so doing the work again on a fresh lease succeeds.
  bool is_stale_plan() const { return fields_.sqlstate == "0A000"; }

  // The server accepts no writes: a standby, or a primary that was told so. Counts as broken too,
  // so that the next lease looks for the host that writes.
  bool is_read_only() const { return fields_.sqlstate == "25006"; }

  // The database, not the work, is at fault for now: out of reach, read-only, stopped by its
  // operator, out of disk, memory or connections, or its disk fails. The same work may go better
  // later; smaller pieces of it will not.
  bool is_outage() const;

 private:
  ErrorFields fields_;
};

// The session is gone, was never opened, or did not answer in time and was closed by us.
class ConnectionLost : public Error {
 public:
  using Error::Error;
};

// --- Parameters
// -----------------------------------------------------------------------------------

// One parameter of a statement, or NULL. Implicit on purpose: query(sql, {id, "name",
// std::nullopt}). An int is an int there, a longer integer a bigint. A text with a NUL byte throws
// std::invalid_argument: PostgreSQL cannot hold it and libpq would silently cut it off.
class Param {
 public:
  Param(std::nullopt_t) {}       // NOLINT(google-explicit-constructor)
  Param(std::string text);       // NOLINT(google-explicit-constructor)
  Param(std::string_view text);  // NOLINT(google-explicit-constructor)
  Param(const char* text);       // NOLINT(google-explicit-constructor)
  Param(bool value);             // NOLINT(google-explicit-constructor)
  Param(Instant instant);        // NOLINT(google-explicit-constructor)
  template <std::integral T>
  requires(!std::same_as<T, char>) Param(T value)  // NOLINT(google-explicit-constructor)
      : Param{integer_type<T>(), static_cast<std::int64_t>(value)} {}
  template <class T>
  Param(const std::optional<T>& value)  // NOLINT(google-explicit-constructor)
      : Param{value ? Param{*value} : Param{Param{T{}}.type_}} {}
  // In the binary format of `type`; NULL of it.
  Param(Type type, std::string bytes) : type_{type}, bytes_{std::move(bytes)} {}
  explicit Param(Type null_of) : type_{null_of} {}

  Type type() const { return type_; }
  // A text's type is inferred: it goes as it stands, the others in binary.
  bool is_binary() const { return type_ != Type::inferred; }
  // Null for SQL NULL; otherwise owned by this Param, and NUL-terminated where it is a text.
  const char* bytes() const { return bytes_ ? bytes_->c_str() : nullptr; }
  std::size_t size() const { return bytes_ ? bytes_->size() : 0; }

 private:
  Param(Type type, std::int64_t value);
  template <class T>
  static constexpr Type integer_type() {
    return sizeof(T) < 4 || (sizeof(T) == 4 && std::signed_integral<T>) ? Type::integer
                                                                        : Type::bigint;
  }

  Type type_ = Type::inferred;
  std::optional<std::string> bytes_;
};

template <std::convertible_to<Param>... P>
std::vector<Param> params_of(P&&... values) {
  std::vector<Param> params;
  params.reserve(sizeof...(P));
  (params.emplace_back(std::forward<P>(values)), ...);
  return params;
}

Param bytea(std::string_view bytes);

// An array in the making, value by value. Empty it is '{}', not NULL. A value that is not of the
// array's type is a std::logic_error.
class Array {
 public:
  explicit Array(Type element) : element_{element} {}

  void add(std::nullopt_t);
  void add(std::string_view value);  // text, json, jsonb, bytea
  void add(Instant value);
  template <std::same_as<bool> T>
  void add(T value) {
    add_boolean(value);
  }
  template <std::integral T>
  requires(!std::same_as<T, char> && !std::same_as<T, bool>) void add(T value) {
    add_integer(static_cast<std::int64_t>(value));
  }
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add(std::nullopt);
    }
  }
  int size() const { return size_; }
  Param param() const;
  std::vector<Param> elements() const;  // each by itself

 private:
  void add_boolean(bool value);
  void add_integer(std::int64_t value);
  void begin(bool agrees);
  void end(std::size_t length);

  Type element_;
  int size_ = 0;
  bool has_null_ = false;
  std::string bytes_;  // of the elements, each after its length
};

template <class Values>
Param array(Type element, const Values& values) {
  Array array{element};
  for (const auto& value : values) array.add(value);
  return array.param();
}
inline Param text_array(const std::vector<std::string>& values) {
  return array(Type::text, values);
}
inline Param bigint_array(const std::vector<std::int64_t>& values) {
  return array(Type::bigint, values);
}

// --- Statements and results
// -------------------------------------------------------------------------

// What one statement answered. Cheap to copy (shared). Reading outside the rows and columns is
// std::out_of_range; reading NULL through a non-optional accessor, or a column that is not of the
// asked type, is std::logic_error: the SQL and its reader disagree.
class Result {
 public:
  Result(std::shared_ptr<const pg_result> result, std::string warning_sqlstate);

  int rows() const;
  int columns() const;
  bool empty() const { return rows() == 0; }
  bool is_null(int row, int column) const;
  // Of a text or JSON column; valid while a copy of this Result lives.
  std::string_view text(int row, int column) const&;
  std::string text(int row, int column) &&;
  std::int64_t int64(int row, int column) const;
  bool boolean(int row, int column) const;
  Instant instant(int row, int column) const;    // timestamptz, fractions of a second cut off
  std::string bytes(int row, int column) const;  // bytea
  std::optional<std::string> optional_text(int row, int column) const;
  std::optional<std::int64_t> optional_int64(int row, int column) const;
  std::optional<bool> optional_boolean(int row, int column) const;
  std::optional<Instant> optional_instant(int row, int column) const;

  std::string_view tag() const;        // "INSERT 0 3", "COMMIT", "ROLLBACK", …
  std::int64_t affected_rows() const;  // the number in the tag, 0 if it has none
  // SQLSTATE of a WARNING raised by this statement, or empty.
  const std::string& warning_sqlstate() const { return warning_sqlstate_; }

 private:
  std::string_view cell(int row, int column) const;
  Type type(int column) const;

  std::shared_ptr<const pg_result> result_;
  std::string warning_sqlstate_;
};

class Results;

// A text and how its answer is read. Made once, since the text is the key under which the statement
// is prepared. No aggregate: GCC 12 destroys such a temporary inside a co_await expression twice.
template <class T>
struct Query {
  Query() = default;
  Query(std::string sql_in, T (*read_in)(const Result&)) : sql{std::move(sql_in)}, read{read_in} {}

  std::string sql;
  T (*read)(const Result&) = nullptr;
};

// Where a statement's answer will be in what its flight brings: `results[slot]` is the value.
template <class T>
class Slot {
 public:
  Slot() = default;  // of no statement: reading it is std::out_of_range
  T read(const Results& results) const;

 private:
  friend class Pipeline;
  Slot(std::size_t statement, T (*reader)(const Result&))
      : statement_{statement}, reader_{reader} {}

  std::size_t statement_ = std::string::npos;
  T (*reader_)(const Result&) = nullptr;
};

// Statements that leave together. `sql` is one statement without a trailing second one; it is
// prepared once per connection under its own text, so keep texts few and never build them from
// data.
class Pipeline {
 public:
  struct Statement {
    std::string sql;
    std::vector<Param> params;
  };

  template <class T, std::convertible_to<Param>... P>
  Slot<T> add(const Query<T>& query, P&&... params) {
    return {push(query.sql, params_of(std::forward<P>(params)...)), query.read};
  }
  template <class T>
  Slot<T> add(const Query<T>& query, std::vector<Param> params) {
    return {push(query.sql, std::move(params)), query.read};
  }
  // Without a reader: the slot holds the Result as it came.
  Slot<Result> add(std::string sql, std::vector<Param> params);
  template <std::convertible_to<Param>... P>
  Slot<Result> add(std::string sql, P&&... params) {
    return add(std::move(sql), params_of(std::forward<P>(params)...));
  }
  std::size_t size() const { return statements_.size(); }
  bool empty() const { return statements_.empty(); }
  const std::vector<Statement>& statements() const { return statements_; }
  void append(Pipeline&& other);  // its statements after these

 private:
  std::size_t push(std::string sql, std::vector<Param> params);  // returns its place

  std::vector<Statement> statements_;
};

// What a flight answered. A value made of several slots has a read() of its own and is had in the
// same way.
class Results {
 public:
  Results() = default;
  explicit Results(std::vector<Result> all) : all_{std::move(all)} {}

  template <class S>
  auto operator[](const S& slot) const {
    return slot.read(*this);
  }
  std::size_t size() const { return all_.size(); }
  // Those of a pipeline that was appended to one of so many statements.
  Results after(std::size_t statements) &&;
  Result take_last();

 private:
  template <class T>
  friend class Slot;

  std::vector<Result> all_;
};

template <class T>
T Slot<T>::read(const Results& results) const {
  return reader_(results.all_.at(statement_));
}

// COMMIT answers "ok" with the tag ROLLBACK when the transaction had failed, and warns when it
// could not wait for the standby. Only a clean COMMIT counts.
bool is_committed(const Result& commit);

struct Notification {
  std::string channel;
  std::string payload;
};

// --- Connection
// -------------------------------------------------------------------------------------

// A constructor, not an aggregate, on purpose: GCC 12 destroys an aggregate temporary inside a
// co_await expression twice.
struct ConnectOptions {
  explicit ConnectOptions(std::string conninfo_in = {}) : conninfo{std::move(conninfo_in)} {}

  std::string conninfo;  // libpq's; several hosts, socket directories, target_session_attrs allowed
  // For resolving one host's name and again for each of its addresses. A connect_timeout in
  // conninfo (seconds, from 1) takes its place.
  Timeout host_timeout = std::chrono::seconds{3};
  // The session finds rows by key alone: its plans are made once, whatever the statistics say,
  // never read a whole table, and take what is asked for in order from an index. For statements
  // that run again and again on few rows.
  bool by_key = false;
  std::size_t first_host = 0;  // where to begin; later hosts follow, then round to the first ones
  std::function<void(const Error&)> on_error;  // sees every Error thrown; must not throw
  // A flight has left and its answer is not read yet; whether it could commit. Must not throw.
  std::function<void(bool)> on_sent;
};

enum class AfterError {
  kRollBack,  // a failed transaction is rolled back before the Error is thrown
  kLeave,     // it stays failed, for ROLLBACK TO SAVEPOINT
};

struct RunOptions {
  Timeout timeout = kStatementTimeout;  // for the whole flight; then the session is closed
  AfterError after_error = AfterError::kRollBack;
};

class Connection {
 public:
  // Tries host by host. Throws ConnectionLost with the reasons of all of them. The session speaks
  // UTF-8, ISO dates, UTC.
  static Awaitable<Connection> connect(ConnectOptions options);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();  // closes

  // One flight. Throws the first statement's Error, or ConnectionLost. Without BEGIN the statements
  // are one implicit transaction. Never cancels: on timeout the session is closed, and the outcome
  // is unknown if it could have committed.
  Awaitable<Results> run(Pipeline pipeline, RunOptions options = {});
  Awaitable<Result> query(std::string sql, std::vector<Param> params);
  // Variadic because GCC 12 cannot compile a braced list of parameters inside a co_await
  // expression.
  template <std::convertible_to<Param>... P>
  Awaitable<Result> query(std::string sql, P&&... params) {
    return query(std::move(sql), params_of(std::forward<P>(params)...));
  }
  template <class T, std::convertible_to<Param>... P>
  Awaitable<T> query(const Query<T>& query, P&&... params) {
    return answer(this->query(query.sql, params_of(std::forward<P>(params)...)), query.read);
  }
  // Several statements in one text (simple protocol), for migrations. Returns the last result.
  Awaitable<Result> script(std::string sql, RunOptions options = {});

  // After LISTEN through query(). Empty on timeout; the session stays usable. NOTIFY is a hint:
  // poll too.
  Awaitable<std::optional<Notification>> wait_notification(Timeout timeout);

  bool broken() const;          // not to be used again
  bool in_transaction() const;  // open or failed
  bool looks_alive();           // a free look at the socket; false marks the connection broken
  void mark_broken() noexcept;  // closes the socket now; pending work fails
  std::size_t host_index() const;
  int backend_pid() const;

 private:
  class Impl;
  explicit Connection(std::shared_ptr<Impl> impl);
  template <class T>
  static Awaitable<T> answer(Awaitable<Result> asking, T (*read)(const Result&)) {
    const Result result = co_await std::move(asking);
    co_return read(result);
  }

  std::shared_ptr<Impl> impl_;
};

// BEGIN travels with the first flight and COMMIT with the last, so a transaction that needs no
// answer in between is one round trip. Destroyed before commit() or rollback() has succeeded, it
// marks the connection broken, since a destructor cannot await. The Connection must outlive it.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_{connection} {}
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  // Results and Error::statement() are numbered as the caller's pipeline is. After an Error the
  // transaction is over and rolled back, and the connection is usable.
  Awaitable<Results> run(Pipeline pipeline, Timeout timeout = kStatementTimeout);
  // Returns only when durable. Otherwise an Error; its outcome_unknown() tells refused from
  // unknown.
  Awaitable<Results> commit(Pipeline pipeline = {}, Timeout timeout = kStatementTimeout);
  Awaitable<void> rollback();
  // Several statements in one text, inside this transaction.
  Awaitable<void> script(std::string sql, Timeout timeout = kStatementTimeout);

 private:
  enum class State { kIdle, kOpen, kOver };
  Awaitable<Results> flight(Pipeline pipeline, bool last, Timeout timeout);

  Connection& connection_;
  State state_ = State::kIdle;
};

}  // namespace tenggat::pg
