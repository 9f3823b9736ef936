// The roles of the database: an owner, who migrates, and the daemon's, who works. The daemon's can
// append to the record and not change it. Source: docs/operations.md, Roles of the database.
#pragma once
#include <string>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

// As the owner: gives the role what a daemon needs of the schema as it is, and takes what it does
// not. Safe twice, from several places at once, and while daemons work. Throws pg::Error where
// there is no such role, or where it is the owner's own.
pg::Awaitable<void> grant_to_daemon(pg::Connection& connection, std::string role);

// As the owner of an office whose reports lie among its tables: gives the group, where there is
// one, its reports and nothing else. Safe twice.
pg::Awaitable<void> grant_to_readers(pg::Connection& connection, std::string group);

// What the connected role may do that no daemon needs: "it is a superuser", "it may UPDATE event".
// Empty: nothing.
pg::Awaitable<std::vector<std::string>> rights_beyond_need(pg::Connection& connection);

}  // namespace tenggat::store
