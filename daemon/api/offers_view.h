// What a caller may do with a permit now, and with what, as JSON. Source: docs/reference.md, HTTP
// API.
#pragma once
#include <boost/json/array.hpp>

#include "daemon/http/problem.h"
#include "rules/permit/offers.h"

namespace tenggat::http {

// Each as the call that takes it: `call` is the last part of its path, the rest what it names and
// what comes with it. One that is refused is there, too, with its `why_not`, but for those that are
// about many officers. They lie in `memory`.
boost::json::array offers_view(const Permit& permit, const Actor& actor, const Context& context,
                               Language language, const boost::json::storage_ptr& memory = {});

}  // namespace tenggat::http
