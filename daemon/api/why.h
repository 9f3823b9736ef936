// Why each rung of a permit was or was not raised, and what came of every notice: to whom and why
// them, message, attempts, receipts. Source: docs/reference.md, Calls.
#pragma once
#include <boost/json/object.hpp>
#include <vector>

#include "daemon/store/permits.h"
#include "daemon/store/why.h"
#include "rules/permit/transition.h"

namespace tenggat::http {

// {id, number, …, rungs: [{visit, rung, k, …, reason, notices}], notices: of events, acknowledged,
// silences}. `context.now` is the moment it tells of.
boost::json::object why_view(const store::StoredPermit& stored,
                             const std::vector<store::ToldNotice>& notices, const Context& context);

}  // namespace tenggat::http
