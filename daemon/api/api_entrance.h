// The ways in of the API's calls: who asks is found out, asked about once and counted before their
// call is answered. By a token; and for the providers of WhatsApp, who have none, by what they
// know.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "daemon/api/api_calls.h"

namespace tenggat::http {

class TokenEntrance : public std::enable_shared_from_this<TokenEntrance> {
 public:
  explicit TokenEntrance(const ApiParts& parts)
      : parts_(parts), reader_(parts.reads, parts.rulebook) {}

  Route route(ApiCall call);

 private:
  class OneRequest;

  awaitable<Response> enter(std::shared_ptr<const ApiCall> call, Request request);
  awaitable<std::optional<Principal>> find_caller(const Request& request);
  std::optional<Response> limit_rate(const Request& request,
                                     const std::optional<Principal>& principal);
  // At most once an hour and token: `tenggat token list` shows it.
  awaitable<void> note_use(std::int64_t token);

  const ApiParts parts_;
  Reader reader_;
  std::unordered_map<std::int64_t, std::size_t> under_way_;                 // requests, by token
  std::unordered_map<std::int64_t, std::chrono::nanoseconds> note_use_at_;  // by token, monotonic
};

class ProviderEntrance : public std::enable_shared_from_this<ProviderEntrance> {
 public:
  explicit ProviderEntrance(const ApiParts& parts) : parts_(parts) {}

  Route route(ApiCall call);

 private:
  awaitable<Response> enter(std::shared_ptr<const ApiCall> call, Request request);
  awaitable<void> take_unproven(const RouteRow& row, Request& request);
  std::optional<Principal> find_provider(const RouteRow& row, const Request& request) const;

  const ApiParts parts_;
  std::size_t unproven_ = 0;  // large bodies, read before their signature is checked
};

}  // namespace tenggat::http
