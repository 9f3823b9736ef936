#include "daemon/http/message.h"

#include <stdexcept>

namespace tenggat::http {

void RequestTrace::note_permit(std::int64_t id) {
  permits += (permits.empty() ? "" : ",") + std::to_string(id);
}

const std::string& Request::param(std::string_view name) const {
  for (const auto& [known, value] : params) {
    if (known == name) return value;
  }
  throw std::out_of_range("route " + route + " has no parameter " + std::string(name));
}

boost::asio::awaitable<void> take_body(Request& request, BodySize most) {
  if (!request.incoming) co_return;
  auto reading = request.incoming->whole(most);
  request.body = co_await std::move(reading);
}

}  // namespace tenggat::http
