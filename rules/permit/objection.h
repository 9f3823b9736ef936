// An objection to a refusal, raised as a permit of its own in the service that the refused permit's
// SOP names (`keberatan.sop`). Source: docs/reference.md, Objections.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "rules/permit/transition.h"

namespace tenggat {

// One that was raised, as far as another one depends on it.
struct RaisedObjection {
  std::int64_t id = 0, related = 0;  // its own permit, and the refused one
  PermitState state = PermitState::active;
  std::optional<LastAction> last_action;
};

// Whether it goes on, or may again: its end can still be taken back.
bool is_under_way(const RaisedObjection& objection, const Context& context);

// What speaks against one to this permit in this service, by the version that the permit is pinned
// to: the context's. `another`: one is under way.
std::optional<Refusal> refuse_objection(const Permit& permit, std::string_view service,
                                        bool another, const Context& context);

// Whether a submission was refused for the permit that it objects to.
bool is_about_related(Reason reason);

}  // namespace tenggat
