#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "daemon/pg/session.h"

namespace tenggat::pg {
namespace asio = boost::asio;
namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver{executor}, done{executor} {}
  asio::ip::tcp::resolver resolver;
  asio::steady_timer done;  // cancelled when the answer is here
  bool answered = false;
  std::vector<std::string> addresses;
};

std::string one_line(const char* message) {
  std::string line = message ? message : "";
  while (!line.empty() && line.back() == '\n') line.pop_back();
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  return line.empty() ? "no reason given" : line;
}

}  // namespace

Awaitable<std::vector<std::string>> resolve(std::string name, Timeout timeout) {
  const auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
  lookup->resolver.async_resolve(
      name, "",
      [lookup](const boost::system::error_code&,
               const asio::ip::tcp::resolver::results_type& found) {
        for (const auto& entry : found) {
          lookup->addresses.push_back(entry.endpoint().address().to_string());
        }
        lookup->answered = true;
        lookup->done.cancel();
      });
  lookup->done.expires_after(timeout);
  if (!lookup->answered) co_await lookup->done.async_wait(kNoThrow);
  co_return lookup->addresses;
}

Awaitable<std::string> Connection::Impl::open(Self self, Host host, std::string address,
                                              Timeout timeout) {
  if (!address.empty()) host.parameters.emplace_back("hostaddr", address);
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : host.parameters) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  self->connection_ = PQconnectStartParams(keywords.data(), values.data(), 0);
  if (!self->connection_) throw std::bad_alloc{};
  PQsetNoticeReceiver(self->connection_, &Impl::on_notice, self.get());

  self->start_deadline(timeout);
  auto step = PGRES_POLLING_WRITING;
  while (step != PGRES_POLLING_OK) {
    if (step == PGRES_POLLING_FAILED || PQstatus(self->connection_) == CONNECTION_BAD) {
      co_return one_line(PQerrorMessage(self->connection_));
    }
    // libpq may replace its socket in PQconnectPoll, even by one of the same number: watch it anew.
    self->socket_.assign(PQsocket(self->connection_));
    co_await self->socket_.async_wait(step == PGRES_POLLING_READING
                                          ? asio::posix::stream_descriptor::wait_read
                                          : asio::posix::stream_descriptor::wait_write,
                                      kNoThrow);
    if (self->socket_.is_open()) self->socket_.release();
    if (self->timed_out_) co_return "no answer within " + std::to_string(timeout.count()) + " ms";
    step = PQconnectPoll(self->connection_);
  }
  self->stop_deadline();
  PQsetnonblocking(self->connection_, 1);
  self->socket_.assign(PQsocket(self->connection_));
  co_return "";
}

Awaitable<Connection> Connection::connect(ConnectOptions options) {
  const Hosts plan = hosts_of(options.conninfo, options.by_key);
  const Timeout timeout = plan.timeout.value_or(options.host_timeout);
  const auto executor = co_await asio::this_coro::executor;
  std::string reasons;
  for (std::size_t i = 0; i < plan.hosts.size(); ++i) {
    const auto index = (options.first_host + i) % plan.hosts.size();
    const Host& host = plan.hosts[index];
    std::vector<std::string> addresses;
    addresses.emplace_back();
    if (!host.name_to_resolve.empty()) addresses = co_await resolve(host.name_to_resolve, timeout);
    if (addresses.empty()) reasons += "; " + host.name + ": the name does not resolve";
    for (const std::string& address : addresses) {
      auto session = std::make_shared<Impl>(executor, options.on_error);
      session->host_index = index;
      session->on_sent = options.on_sent;
      const std::string reason = co_await Impl::open(session, host, address, timeout);
      if (reason.empty()) co_return Connection{std::move(session)};
      reasons += "; " + (address.empty() ? host.name : host.name + " " + address) + ": " + reason;
    }
  }
  const ConnectionLost error{
      {.sqlstate = "08001", .message = "no database host answered: " + reasons.substr(2)}};
  if (options.on_error) options.on_error(error);
  throw error;
}

}  // namespace tenggat::pg
