#pragma once
#include "daemon/pg/connection.h"

namespace tenggat::pg {

// Whoever set up the database or this program must act: no such role or database, a wrong password,
// a login that pg_hba.conf does not let in. Waiting mends none of it.
bool is_login_refused(const Error& error);

}  // namespace tenggat::pg
