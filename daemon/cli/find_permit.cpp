#include "daemon/cli/find_permit.h"

#include <fmt/format.h>

#include "daemon/cli/print.h"
#include "daemon/store/permits.h"

namespace tenggat::cli {

pg::Awaitable<std::int64_t> find_permit(DatabaseCall& call, std::string named) {
  pg::Pipeline pipeline;
  const auto asked = store::add_find_by_number(pipeline, named);
  const pg::Results results = co_await call.connection.run(std::move(pipeline));
  const std::optional<std::int64_t> id = results[asked];
  if (!id) throw Refused(fmt::format("there is no permit `{}`", printable(named)));
  co_return *id;
}

}  // namespace tenggat::cli
