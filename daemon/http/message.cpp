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

}  // namespace tenggat::http
