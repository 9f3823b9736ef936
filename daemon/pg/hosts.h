// Takes a libpq connection string apart into one set of parameters per host, because asynchronous
// libpq ignores connect_timeout and so never leaves a mute host for the next one.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::pg {

struct Host {
  std::string name;  // as written: a name, an address, or a socket directory; may be empty
  std::string name_to_resolve;  // empty for sockets, addresses, and where hostaddr is given
  std::string port;
  // For PQconnectStartParams; `hostaddr` is to be added after resolving.
  std::vector<std::pair<std::string, std::string>> parameters;
};

struct Hosts {
  std::vector<Host> hosts;         // never empty
  std::optional<Timeout> timeout;  // connect_timeout, if it was given and is positive
};

// PGHOST, PGPORT and the like fill what conninfo leaves open. Throws ConnectionLost (08001) if
// conninfo cannot be read; the message quotes no part of it, since it may hold a password.
Hosts hosts_of(const std::string& conninfo, bool by_key = false);

// The role that it names, else PGUSER, else the one of the system's user.
std::string user_of(const std::string& conninfo);

}  // namespace tenggat::pg
