// A service as it stands in its file, as JSON. Source: docs/reference.md, HTTP API.
#pragma once
#include <boost/json/object.hpp>

#include "daemon/office/rulebook.h"
#include "rules/sop/sop.h"

namespace tenggat::http {

// Of a list.
boost::json::object sop_summary(const Sop& sop, const office::Rulebook& rulebook);
boost::json::object sop_view(const Sop& sop, const office::Rulebook& rulebook);

}  // namespace tenggat::http
