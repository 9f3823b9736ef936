#include "daemon/cli/find_permit.h"

#include <fmt/format.h>

#include "daemon/cli/print.h"
#include "daemon/store/permits.h"

namespace tenggat::cli {

pg::Awaitable<std::int64_t> find_permit(DatabaseCall& call, std::string named) {
  pg::Pipeline pipeline;
  store::add_find_by_number(pipeline, named);
  const std::vector<pg::Result> results = co_await call.connection.run(std::move(pipeline));
  if (results.front().empty())
    throw Refused(fmt::format("there is no permit `{}`", printable(named)));
  co_return results.front().int64(0, 0);
}

}  // namespace tenggat::cli
