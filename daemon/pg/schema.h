// A schema newer than the program: nothing is done to it. Each transaction that reads the office's
// moment sees it, and each session when it is opened.
#pragma once
#include <boost/asio/execution_context.hpp>
#include <cstdint>
#include <functional>
#include <utility>

#include "daemon/pg/connection.h"

namespace tenggat::pg {

// Its SQLSTATE: ours, of a class that PostgreSQL gives to nobody.
inline constexpr const char* kSchemaNewer = "TG001";

// That of a database that was restored or lost its last commits: it knows less than what it has
// given. Whoever looks at sessions throws it (SessionWatch).
inline constexpr const char* kBehindMark = "TG002";

// The version the database is at; 0 where nothing was ever applied.
extern const Query<std::int64_t> kSchemaVersion;

// Throws Error with that SQLSTATE where the database is at a version beyond the newest that this
// program carries.
void refuse_newer_schema(std::int64_t version, std::int64_t newest);

// Whether sessions ask when they are opened. One for each io_context, as Cut is; off until begun,
// since what migrates must connect.
class SchemaWatch : public boost::asio::execution_context::service {
 public:
  using key_type = SchemaWatch;
  inline static boost::asio::execution_context::id id;
  explicit SchemaWatch(boost::asio::execution_context& owner) : service(owner) {}

  using OnNewer = std::function<void(const Error&)>;
  // `newest`: the version that this program carries.
  void begin(std::int64_t newest, OnNewer on_newer) {
    newest_ = newest;
    on_newer_ = std::move(on_newer);
  }
  bool begun() const { return on_newer_ != nullptr; }
  // Throws as refuse_newer_schema(), and tells of it first.
  void look_at(std::int64_t version) const;

 private:
  void shutdown() noexcept override { on_newer_ = nullptr; }

  std::int64_t newest_ = 0;
  OnNewer on_newer_;
};

// What else is asked of each session when it is opened. One for each io_context; off until begun.
class SessionWatch : public boost::asio::execution_context::service {
 public:
  using key_type = SessionWatch;
  inline static boost::asio::execution_context::id id;
  explicit SessionWatch(boost::asio::execution_context& owner) : service(owner) {}

  // Throws where the session is not to be used.
  using Look = std::function<Awaitable<void>(Connection&)>;
  void begin(Look look) { look_ = std::move(look); }
  const Look& look() const { return look_; }

 private:
  void shutdown() noexcept override { look_ = nullptr; }

  Look look_;
};

}  // namespace tenggat::pg
