#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sstream>

#include "daemon/pg/login.h"
#include "daemon/pg/schema.h"
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

bool is_sqlstate(std::string_view code) {
  return code.size() == 5 &&
         code.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

// The SQLSTATE of "…FATAL:  28000: role …", cut out of it; empty where the server said none. libpq
// tells it of a session that did not come about in its message alone, and only if asked to be
// verbose.
std::string take_sqlstate(std::string& line) {
  constexpr std::string_view kBefore = ":  ", kAfter = ": ";
  for (auto at = line.find(kBefore); at != std::string::npos; at = line.find(kBefore, at + 1)) {
    const auto begin = at + kBefore.size();
    std::string code = line.substr(begin, 5);
    if (!is_sqlstate(code) || line.compare(begin + 5, kAfter.size(), kAfter) != 0) continue;
    line.erase(begin, code.size() + kAfter.size());
    return code;
  }
  return {};
}

// On one line, without the places in the server's source.
std::string one_line(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines)
    if (!line.empty() && !line.starts_with("LOCATION:")) all += (all.empty() ? "" : " ") + line;
  return all.empty() ? "no reason given" : all;
}

// The last of several attempts (with TLS, without) is the one that counts.
std::pair<std::string, std::string> reason_of(PGconn* connection) {
  std::istringstream message(PQerrorMessage(connection));
  std::vector<std::string> lines;
  std::string sqlstate;
  for (std::string line; std::getline(message, line);) {
    if (std::string code = take_sqlstate(line); !code.empty()) sqlstate = std::move(code);
    lines.push_back(std::move(line));
  }
  if (sqlstate.empty() && PQconnectionNeedsPassword(connection)) sqlstate = "28P01";
  return {one_line(lines), std::move(sqlstate)};
}

Cut& cut_of(const asio::any_io_executor& executor) {
  return asio::use_service<Cut>(asio::query(executor, asio::execution::context));
}

// The session speaks to a database somebody else may have migrated since the last one.
Awaitable<void> look_at_schema(Connection& connection, Timeout timeout) {
  const auto executor = co_await asio::this_coro::executor;
  SchemaWatch& watch =
      asio::use_service<SchemaWatch>(asio::query(executor, asio::execution::context));
  if (!watch.begun()) co_return;
  Pipeline pipeline;
  const Slot<std::int64_t> version = pipeline.add(kSchemaVersion);
  const Results found = co_await connection.run(std::move(pipeline), {.timeout = timeout});
  watch.look_at(found[version]);
  const SessionWatch& session =
      asio::use_service<SessionWatch>(asio::query(executor, asio::execution::context));
  if (session.look()) co_await session.look()(connection);
}

// What several hosts said: a login refused only where each refused it, since the one that is away
// may be the one that takes us.
std::string sqlstate_of_all(const std::vector<std::string>& said) {
  std::string other = "08001";
  bool refused = !said.empty();
  for (const std::string& one : said) {
    if (is_login_refused(ConnectionLost{{.sqlstate = one}})) continue;
    refused = false;
    if (!one.empty()) other = one;
  }
  return refused ? said.back() : other;
}

}  // namespace

Awaitable<std::vector<std::string>> resolve(std::string name, Timeout timeout) {
  const auto executor = co_await asio::this_coro::executor;
  const auto lookup = std::make_shared<Lookup>(executor);
  Cut& cut = cut_of(executor);
  ++cut.lookups;
  lookup->resolver.async_resolve(
      name, "",
      [lookup, &cut](const boost::system::error_code&,
                     const asio::ip::tcp::resolver::results_type& found) {
        for (const auto& entry : found) {
          lookup->addresses.push_back(entry.endpoint().address().to_string());
        }
        lookup->answered = true;
        --cut.lookups;
        lookup->done.cancel();
      });
  lookup->done.expires_after(timeout);
  const auto member = cut.add([lookup] { lookup->done.cancel(); });
  if (!lookup->answered) co_await lookup->done.async_wait(kNoThrow);
  // Where others stand before it, it need not be asked any more.
  if (!lookup->answered) lookup->resolver.cancel();
  co_return lookup->addresses;
}

Awaitable<std::optional<Connection::Impl::Unopened>> Connection::Impl::open(Self self, Host host,
                                                                            std::string address,
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
  PQsetErrorVerbosity(self->connection_, PQERRORS_VERBOSE);

  self->start_deadline(timeout);
  auto step = PGRES_POLLING_WRITING;
  while (step != PGRES_POLLING_OK) {
    if (step == PGRES_POLLING_FAILED || PQstatus(self->connection_) == CONNECTION_BAD) {
      auto [why, sqlstate] = reason_of(self->connection_);
      co_return Unopened{std::move(why), std::move(sqlstate)};
    }
    // libpq may replace its socket in PQconnectPoll, even by one of the same number: watch it anew.
    self->socket_.assign(PQsocket(self->connection_));
    co_await self->socket_.async_wait(step == PGRES_POLLING_READING
                                          ? asio::posix::stream_descriptor::wait_read
                                          : asio::posix::stream_descriptor::wait_write,
                                      kNoThrow);
    if (self->socket_.is_open()) self->socket_.release();
    if (self->closed()) co_return Unopened{"given up", ""};
    if (self->timed_out_)
      co_return Unopened{"no answer within " + std::to_string(timeout.count()) + " ms", ""};
    step = PQconnectPoll(self->connection_);
  }
  self->stop_deadline();
  PQsetErrorVerbosity(self->connection_, PQERRORS_DEFAULT);
  PQsetnonblocking(self->connection_, 1);
  self->socket_.assign(PQsocket(self->connection_));
  co_return std::nullopt;
}

Awaitable<Connection> Connection::connect(ConnectOptions options) {
  const Hosts plan = hosts_of(options.conninfo, options.by_key);
  const Timeout timeout = plan.timeout.value_or(options.host_timeout);
  const auto executor = co_await asio::this_coro::executor;
  Cut& cut = cut_of(executor);
  std::string reasons;
  std::vector<std::string> said;
  for (std::size_t i = 0; i < plan.hosts.size() && !cut.made(); ++i) {
    const auto index = (options.first_host + i) % plan.hosts.size();
    const Host& host = plan.hosts[index];
    std::vector<std::string> addresses;
    addresses.emplace_back();
    if (!host.name_to_resolve.empty()) addresses = co_await resolve(host.name_to_resolve, timeout);
    if (addresses.empty()) {
      reasons += "; " + host.name + ": the name does not resolve";
      said.emplace_back();
    }
    for (const std::string& address : addresses) {
      if (cut.made()) break;
      auto session = std::make_shared<Impl>(executor, options.on_error);
      session->host_index = index;
      session->on_sent = options.on_sent;
      session->cut = cut.add([weak = std::weak_ptr{session}] {
        if (const auto self = weak.lock()) self->close();
      });
      const std::optional<Impl::Unopened> failed =
          co_await Impl::open(session, host, address, timeout);
      if (!failed) {
        Connection connection{std::move(session)};
        co_await look_at_schema(connection, timeout);
        co_return connection;
      }
      reasons +=
          "; " + (address.empty() ? host.name : host.name + " " + address) + ": " + failed->why;
      said.push_back(failed->sqlstate);
    }
  }
  ErrorFields fields{.sqlstate = cut.made() ? cut.sqlstate() : sqlstate_of_all(said)};
  fields.message = cut.made() ? cut.why() : "no database host took us: " + reasons.substr(2);
  const ConnectionLost error{std::move(fields)};
  if (options.on_error) options.on_error(error);
  throw error;
}

}  // namespace tenggat::pg
