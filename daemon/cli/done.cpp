#include "daemon/cli/done.h"

#include <ostream>

#include "daemon/cli/print.h"

namespace tenggat::cli {

void write_done(DatabaseCall& call, std::string_view line, const boost::json::object& object) {
  if (call.given.has("json"))
    write_json(call.terminal.out, object);
  else
    call.terminal.out << line;
}

}  // namespace tenggat::cli
