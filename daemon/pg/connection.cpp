#include "daemon/pg/connection.h"

#include "daemon/pg/session.h"

namespace tenggat::pg {

Connection::Connection(std::shared_ptr<Impl> impl) : impl_{std::move(impl)} {}
Connection::Connection(Connection&&) noexcept = default;

Connection& Connection::operator=(Connection&& other) noexcept {
  if (this != &other) {
    mark_broken();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

// A coroutine still waiting on the session shares it: close it here, not when the last one lets go.
Connection::~Connection() { mark_broken(); }

Awaitable<Results> Connection::run(Pipeline pipeline, RunOptions options) {
  return Impl::flight(impl_, std::move(pipeline), options);
}

Awaitable<Result> Connection::query(std::string sql, std::vector<Param> params) {
  return Impl::query(impl_, std::move(sql), std::move(params));
}

Awaitable<Result> Connection::script(std::string sql, RunOptions options) {
  return Impl::script(impl_, std::move(sql), options);
}

Awaitable<std::optional<Notification>> Connection::wait_notification(Timeout timeout) {
  return Impl::notification(impl_, timeout);
}

bool Connection::broken() const { return !impl_ || impl_->closed(); }
bool Connection::in_transaction() const { return impl_ && impl_->in_transaction(); }
bool Connection::looks_alive() { return impl_ && impl_->looks_alive(); }
void Connection::mark_broken() noexcept {
  if (impl_) impl_->close();
}
std::size_t Connection::host_index() const { return impl_->host_index; }
int Connection::backend_pid() const { return impl_->backend_pid(); }

}  // namespace tenggat::pg
