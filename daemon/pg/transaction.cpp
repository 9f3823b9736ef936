#include "daemon/pg/connection.h"

namespace tenggat::pg {

Transaction::~Transaction() {
  if (state_ == State::kOpen) connection_.mark_broken();
}

Awaitable<Results> Transaction::flight(Pipeline pipeline, bool last, Timeout timeout) {
  if (state_ == State::kOver) throw std::logic_error{"the transaction is over"};
  const bool first = state_ == State::kIdle;
  Pipeline whole;
  if (first) whole.add("BEGIN");
  whole.append(std::move(pipeline));
  if (last) whole.add("COMMIT");

  // Open from here: if this coroutine is destroyed halfway, so is the session.
  state_ = State::kOpen;
  Results results;
  try {
    results = co_await connection_.run(std::move(whole), {.timeout = timeout});
  } catch (const ConnectionLost&) {
    state_ = State::kOver;
    throw;
  } catch (const Error& refused) {
    state_ = State::kOver;
    ErrorFields fields = refused.fields();
    if (first && fields.statement) {
      if (*fields.statement == 0) {
        fields.statement.reset();
      } else {
        --*fields.statement;
      }
    }
    throw Error{std::move(fields)};
  }
  if (first) results = std::move(results).after(1);
  co_return results;
}

Awaitable<Results> Transaction::run(Pipeline pipeline, Timeout timeout) {
  return flight(std::move(pipeline), false, timeout);
}

Awaitable<Results> Transaction::commit(Pipeline pipeline, Timeout timeout) {
  auto results = co_await flight(std::move(pipeline), true, timeout);
  const Result verdict = results.take_last();
  state_ = State::kOver;
  if (is_committed(verdict)) co_return results;
  if (verdict.tag() == "COMMIT" && verdict.warning_sqlstate() != "25P01") {
    throw Error{{.sqlstate = verdict.warning_sqlstate(),
                 .message = "COMMIT came back with a warning",
                 .outcome_unknown = true}};
  }
  throw Error{{.sqlstate = "40000",
               .message = "COMMIT answered " + std::string{verdict.tag()} + ": nothing was done"}};
}

Awaitable<void> Transaction::rollback() {
  if (state_ == State::kOpen) {
    co_await connection_.query("ROLLBACK");
  }
  state_ = State::kOver;
}

Awaitable<void> Transaction::script(std::string sql, Timeout timeout) {
  if (state_ == State::kIdle) co_await run(Pipeline{}, timeout);
  if (state_ == State::kOver) throw std::logic_error{"the transaction is over"};
  try {
    co_await connection_.script(std::move(sql), {.timeout = timeout});
  } catch (const Error&) {
    state_ = State::kOver;
    throw;
  }
}

}  // namespace tenggat::pg
