// What the schema's refusals mean. Here alone its keys and triggers are known by their names.
#pragma once
#include "daemon/pg/connection.h"

namespace tenggat::store {

enum class Conflict {
  none,  // the schema has refused nothing: an outage, or a mistake in a statement
  // The same idempotency key at the same time: asked again, the caller gets the other one's answer.
  same_key,
  // Another daemon was faster, or an id drawn at random is there: done again, it goes well.
  lost_race,
  external_id_taken,  // by a permit of the same service
  number_taken,       // by another service's permit: nobody else counts with this counter
  // By another officer in service, whose id is the error's detail.
  shared_email,
  shared_whatsapp,
  leave_overlaps,       // the detail: first and last day of the other
  delegation_overlaps,  // the detail: the other's id
  // A key of rows that nobody else can have written, since their permit was locked: a bug, each
  // time anew.
  broken,
};
Conflict conflict_of(const pg::Error& error);

// What a write that failed says of the work.
struct Failure {
  // An outage, a rollback, or nobody knows whether it was done: the same may go better later, and
  // smaller pieces of it will not.
  bool passes = false;
  Conflict conflict = Conflict::none;
};
Failure failure_of(const pg::Error& error);

}  // namespace tenggat::store
