#include "daemon/pg/session.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenggat::pg {
namespace asio = boost::asio;
namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kPreparedMax = 256;

using Held = std::shared_ptr<const PGresult>;

Held hold(PGresult* result) {
  return {result, [](const PGresult* owned) { PQclear(const_cast<PGresult*>(owned)); }};
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text ? text : "";
}

bool ends_session(const PGresult* result) {
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

// First word only: enough for statements that programs write.
bool begins_with(std::string_view sql, std::string_view word) {
  const auto start = sql.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos || sql.size() - start < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = sql[start + i];
    if ((c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c) != word[i]) return false;
  }
  const auto after = start + word.size();
  return after == sql.size() || sql[after] == ' ' || sql[after] == ';' || sql[after] == '\n';
}

bool is_commit(std::string_view sql) {
  return begins_with(sql, "COMMIT") || begins_with(sql, "END");
}
bool is_begin(std::string_view sql) {
  return begins_with(sql, "BEGIN") || begins_with(sql, "START");
}

// Parameters as libpq takes them: by column.
struct Sent {
  explicit Sent(const std::vector<Param>& params) {
    for (const Param& param : params) {
      types.push_back(static_cast<Oid>(param.type()));
      values.push_back(param.bytes());
      lengths.push_back(static_cast<int>(param.size()));
      binary.push_back(param.is_binary() ? 1 : 0);
    }
  }
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, binary;
};

constexpr int kBinaryResults = 1;

}  // namespace

class Connection::Impl::Turn {
 public:
  explicit Turn(Impl& session, Timeout timeout) : session_{session} {
    if (session.closed()) {
      session.fail(ConnectionLost{{.sqlstate = "08003", .message = "the session is closed"}});
    }
    if (session.busy_) throw std::logic_error{"two coroutines use one database connection"};
    session.start_deadline(timeout);
    session.busy_ = true;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    session_.busy_ = false;
    if (!done_) session_.close();
  }
  void done() {
    done_ = true;
    session_.stop_deadline();
  }

 private:
  Impl& session_;
  bool done_ = false;
};

Connection::Impl::Impl(asio::any_io_executor executor, std::function<void(const Error&)> on_error)
    : socket_{executor}, deadline_{executor}, on_error_{std::move(on_error)} {}

void Connection::Impl::close() noexcept {
  stop_deadline();
  // The descriptor belongs to libpq: hand it back before PQfinish closes it. Waits end as aborted.
  if (socket_.is_open()) socket_.release();
  if (connection_) PQfinish(std::exchange(connection_, nullptr));
}

bool Connection::Impl::in_transaction() const {
  return connection_ && PQtransactionStatus(connection_) != PQTRANS_IDLE;
}

bool Connection::Impl::looks_alive() {
  if (closed()) return false;
  if (busy_) return true;
  // Twice: the first may read the server's farewell and only the second the end of the stream.
  if (!PQconsumeInput(connection_) || !PQconsumeInput(connection_) ||
      PQstatus(connection_) == CONNECTION_BAD) {
    close();
    return false;
  }
  return true;
}

void Connection::Impl::fail(const Error& error) const {
  if (on_error_) on_error_(error);
  if (const auto* lost = dynamic_cast<const ConnectionLost*>(&error)) throw *lost;
  throw error;
}

void Connection::Impl::lose(std::string why, bool outcome_unknown) {
  ErrorFields fields{.sqlstate = fatal_.empty() ? "08006" : fatal_,
                     .outcome_unknown = outcome_unknown};
  // What the server said before it hung up is worth more than "server closed the connection". On a
  // session that is still up PQgetResult would block.
  if (connection_ && PQstatus(connection_) == CONNECTION_BAD) {
    for (int i = 0; i < 8; ++i) {
      const Held result = hold(PQgetResult(connection_));
      if (!result || !ends_session(result.get())) continue;
      fields.sqlstate = field(result.get(), PG_DIAG_SQLSTATE);
      why = field(result.get(), PG_DIAG_MESSAGE_PRIMARY);
      break;
    }
  }
  fields.message = std::move(why);
  close();
  fail(ConnectionLost{std::move(fields)});
}

void Connection::Impl::on_notice(void* self, const PGresult* notice) {
  auto& session = *static_cast<Impl*>(self);
  if (field(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING") {
    session.warning_ = field(notice, PG_DIAG_SQLSTATE);
  } else if (ends_session(notice)) {
    session.fatal_ = field(notice, PG_DIAG_SQLSTATE);
  }
}

void Connection::Impl::start_deadline(Timeout timeout) {
  timed_out_ = false;
  limit_ = timeout;
  const auto number = ++deadline_number_;
  deadline_.expires_after(timeout);
  deadline_.async_wait([weak = weak_from_this(), number](const boost::system::error_code& error) {
    const auto self = weak.lock();
    // A timer that fired just before it was cancelled still comes here: it is not of this
    // operation.
    if (error || !self || self->deadline_number_ != number) return;
    self->timed_out_ = true;
    if (self->socket_.is_open()) self->socket_.cancel();
  });
}

void Connection::Impl::stop_deadline() {
  ++deadline_number_;
  deadline_.cancel();
}

Awaitable<void> Connection::Impl::readable(Self self, bool could_commit) {
  co_await self->socket_.async_wait(asio::posix::stream_descriptor::wait_read, kNoThrow);
  if (self->closed()) self->lose("closed while waiting for an answer", could_commit);
  if (self->timed_out_) {
    self->lose("no answer within " + std::to_string(self->limit_.count()) + " ms", could_commit);
  }
  if (!PQconsumeInput(self->connection_)) {
    self->lose(PQerrorMessage(self->connection_), could_commit);
  }
}

Awaitable<void> Connection::Impl::flush(Self self, bool could_commit) {
  using namespace asio::experimental::awaitable_operators;
  while (true) {
    const int left = PQflush(self->connection_);
    if (left == 0) co_return;
    if (left < 0) self->lose(PQerrorMessage(self->connection_), could_commit);
    // The server may be unable to read more before it has been rid of its answers.
    co_await (self->socket_.async_wait(asio::posix::stream_descriptor::wait_write, kNoThrow) ||
              self->socket_.async_wait(asio::posix::stream_descriptor::wait_read, kNoThrow));
    if (self->closed()) self->lose("closed while sending", could_commit);
    if (self->timed_out_) {
      self->lose("not sent within " + std::to_string(self->limit_.count()) + " ms", could_commit);
    }
    if (!PQconsumeInput(self->connection_)) {
      self->lose(PQerrorMessage(self->connection_), could_commit);
    }
  }
}

Awaitable<PGresult*> Connection::Impl::next_result(Self self, bool could_commit) {
  while (PQisBusy(self->connection_)) co_await readable(self, could_commit);
  co_return PQgetResult(self->connection_);
}

bool Connection::Impl::could_commit(const Pipeline& pipeline) const {
  const auto& statements = pipeline.statements();
  if (PQtransactionStatus(connection_) == PQTRANS_IDLE && !is_begin(statements.front().sql)) {
    return true;
  }
  return std::any_of(statements.begin(), statements.end(),
                     [](const auto& statement) { return is_commit(statement.sql); });
}

void Connection::Impl::send_statement(const Pipeline::Statement& statement, std::size_t index,
                                      std::vector<Expected>& expected) {
  const Sent sent(statement.params);
  const int count = static_cast<int>(sent.values.size());
  auto known = prepared_.find(statement.sql);
  bool left = true;
  if (known == prepared_.end() && prepared_.size() < kPreparedMax) {
    known =
        prepared_
            .emplace(statement.sql, Prepared{"t" + std::to_string(++prepared_ever_), sent.types})
            .first;
    left = PQsendPrepare(connection_, known->second.name.c_str(), statement.sql.c_str(), count,
                         sent.types.data()) == 1;
    expected.push_back({index, true});
  }
  // A text that is used with other types than before is not worth a second plan.
  if (left && known != prepared_.end() && known->second.types == sent.types) {
    left = PQsendQueryPrepared(connection_, known->second.name.c_str(), count, sent.values.data(),
                               sent.lengths.data(), sent.binary.data(), kBinaryResults) == 1;
  } else if (left) {
    left = PQsendQueryParams(connection_, statement.sql.c_str(), count, sent.types.data(),
                             sent.values.data(), sent.lengths.data(), sent.binary.data(),
                             kBinaryResults) == 1;
  }
  // Nothing has been synced yet, so nothing sent so far can take effect.
  if (!left) lose(PQerrorMessage(connection_), false);
  expected.push_back({index, false});
}

std::vector<Connection::Impl::Expected> Connection::Impl::send(const Pipeline& pipeline) {
  std::vector<Expected> expected;
  expected.reserve(2 * pipeline.size());
  if (!PQenterPipelineMode(connection_)) lose(PQerrorMessage(connection_), false);
  for (std::size_t i = 0; i < pipeline.size(); ++i) {
    send_statement(pipeline.statements()[i], i, expected);
  }
  if (!PQpipelineSync(connection_)) lose(PQerrorMessage(connection_), could_commit(pipeline));
  return expected;
}

ErrorFields Connection::Impl::fields_of(const PGresult* result,
                                        std::optional<std::size_t> statement) const {
  ErrorFields fields{.sqlstate = field(result, PG_DIAG_SQLSTATE),
                     .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                     .detail = field(result, PG_DIAG_MESSAGE_DETAIL),
                     .constraint = field(result, PG_DIAG_CONSTRAINT_NAME),
                     .statement = statement};
  if (fields.sqlstate.empty()) fields.sqlstate = "XX000";
  if (fields.message.empty()) fields.message = PQresultErrorMessage(result);
  return fields;
}

void Connection::Impl::note(Answer& answer, Held result, std::size_t statement, bool could_commit) {
  switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      answer.results.emplace_back(std::move(result), std::exchange(warning_, {}));
      return;
    case PGRES_FATAL_ERROR:
      if (ends_session(result.get()) || PQstatus(connection_) == CONNECTION_BAD) {
        auto fields = fields_of(result.get(), statement);
        if (field(result.get(), PG_DIAG_SQLSTATE).empty()) fields.sqlstate = "08006";
        // After an earlier refusal the rest of the flight was skipped, COMMIT included.
        fields.outcome_unknown = could_commit && !answer.error;
        close();
        fail(ConnectionLost{std::move(fields)});
      }
      if (!answer.error) answer.error = fields_of(result.get(), statement);
      return;
    case PGRES_PIPELINE_ABORTED:
      return;
    default:
      lose("an answer this program does not use (COPY?)", could_commit);
  }
}

Awaitable<Connection::Impl::Answer> Connection::Impl::exchange(Self self, Pipeline pipeline) {
  const bool unknown_if_lost = self->could_commit(pipeline);
  self->warning_.clear();
  const auto expected = self->send(pipeline);
  co_await flush(self, unknown_if_lost);
  if (self->on_sent) self->on_sent(unknown_if_lost);

  Answer answer;
  answer.results.reserve(pipeline.size());
  for (const auto& [statement, is_prepare] : expected) {
    const Held result = hold(co_await next_result(self, unknown_if_lost));
    if (!result) self->lose("fewer answers than statements", unknown_if_lost);
    if (is_prepare) {
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
        self->prepared_.erase(pipeline.statements()[statement].sql);
        self->note(answer, result, statement, unknown_if_lost);
      }
    } else {
      self->note(answer, result, statement, unknown_if_lost);
    }
    // Every statement's results end with a null one.
    const Held end = hold(co_await next_result(self, unknown_if_lost));
    if (end) self->lose("more answers than statements", unknown_if_lost);
  }
  const Held sync = hold(co_await next_result(self, unknown_if_lost));
  if (!sync || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC ||
      !PQexitPipelineMode(self->connection_)) {
    self->lose("the end of the pipeline did not come", unknown_if_lost);
  }
  co_return answer;
}

Awaitable<void> Connection::Impl::after_error(Self self, RunOptions options) {
  if (options.after_error != AfterError::kRollBack ||
      PQtransactionStatus(self->connection_) != PQTRANS_INERROR)
    co_return;
  Pipeline rollback;
  rollback.add("ROLLBACK");
  co_await exchange(self, std::move(rollback));
}

Awaitable<Results> Connection::Impl::flight(Self self, Pipeline pipeline, RunOptions options) {
  if (pipeline.empty()) co_return Results{};
  Turn turn{*self, options.timeout};
  Answer answer = co_await exchange(self, std::move(pipeline));
  if (!answer.error) {
    turn.done();
    co_return Results{std::move(answer.results)};
  }
  co_await after_error(self, options);
  turn.done();
  const Error error{*std::move(answer.error)};
  if (error.is_stale_plan() || error.is_read_only()) self->close();
  self->fail(error);
}

Awaitable<Result> Connection::Impl::query(Self self, std::string sql, std::vector<Param> params) {
  Pipeline pipeline;
  pipeline.add(std::move(sql), std::move(params));
  auto results = co_await flight(std::move(self), std::move(pipeline), {});
  co_return results.take_last();
}

Awaitable<Result> Connection::Impl::script(Self self, std::string sql, RunOptions options) {
  Turn turn{*self, options.timeout};
  self->warning_.clear();
  if (!PQsendQuery(self->connection_, sql.c_str())) {
    self->lose(PQerrorMessage(self->connection_), false);
  }
  const bool unknown_if_lost = PQtransactionStatus(self->connection_) != PQTRANS_INTRANS;
  co_await flush(self, unknown_if_lost);
  if (self->on_sent) self->on_sent(unknown_if_lost);
  Answer answer;
  while (const Held result = hold(co_await next_result(self, unknown_if_lost))) {
    self->note(answer, result, 0, unknown_if_lost);
  }
  if (answer.error) {
    co_await after_error(self, options);
    turn.done();
    answer.error->statement.reset();
    const Error error{*std::move(answer.error)};
    if (error.is_read_only()) self->close();
    self->fail(error);
  }
  turn.done();
  if (answer.results.empty()) throw std::logic_error{"a script without a statement"};
  co_return std::move(answer.results.back());
}

Awaitable<std::optional<Notification>> Connection::Impl::notification(Self self, Timeout timeout) {
  Turn turn{*self, timeout};
  while (true) {
    if (PGnotify* notify = PQnotifies(self->connection_)) {
      Notification notification{notify->relname, notify->extra};
      PQfreemem(notify);
      turn.done();
      co_return notification;
    }
    if (self->timed_out_) {
      turn.done();
      co_return std::nullopt;
    }
    co_await self->socket_.async_wait(asio::posix::stream_descriptor::wait_read, kNoThrow);
    if (self->closed()) self->lose("closed while listening", false);
    if (!PQconsumeInput(self->connection_)) self->lose(PQerrorMessage(self->connection_), false);
  }
}

}  // namespace tenggat::pg
