// What a command has done: a line for people, an object for programs.
#pragma once
#include <boost/json/object.hpp>
#include <string_view>

#include "daemon/cli/on_database.h"

namespace tenggat::cli {

// With --json the object, else the line, which ends itself.
void write_done(DatabaseCall& call, std::string_view line, const boost::json::object& object);

}  // namespace tenggat::cli
