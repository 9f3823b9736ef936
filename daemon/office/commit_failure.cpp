#include "daemon/office/commit_failure.h"

namespace tenggat::office {
namespace {

using Next = AfterFailure::Next;
using store::Conflict;

// What a command that stands alone is told of a key that is another permit's.
std::optional<Refusal> refusal_of(Conflict conflict) {
  if (conflict == Conflict::external_id_taken) return refuse<Refused::external_id_taken>();
  if (conflict == Conflict::number_taken) return refuse<Refused::number_taken>();
  return std::nullopt;
}

}  // namespace

AfterFailure after_failure(const store::Failure& failure, std::size_t commands) {
  const bool alone = commands == 1;
  if (auto refusal = refusal_of(failure.conflict); alone && refusal)
    return {Next::answered, {CommandAnswer::Kind::refused, 0, "", std::move(refusal)}};
  const bool lost_race =
      failure.conflict == Conflict::lost_race || failure.conflict == Conflict::same_key;
  if (failure.passes || (alone && lost_race)) return {Next::again};
  return {Next::apart};
}

}  // namespace tenggat::office
