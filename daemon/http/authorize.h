// Who may do what and see what: one function over two tables, deny by default. Source: contract
// section 5, column "who". Whether an officer may act on a step, and who may undo, is the core's to
// say; whether a caller may ask at all is said here, before anything else is looked at.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/router.h"
#include "daemon/store/tokens.h"

namespace tenggat::http {

// Who holds a token.
struct Principal {
  enum class Kind { officer, service, provider };
  Kind kind = Kind::service;
  std::string id;                   // officer id, the service's name, or which provider of WhatsApp
  std::vector<std::string> scopes;  // of a service; an officer's are ignored
  std::int64_t token = 0;
  bool administrator = false;  // an officer who has signed in and runs this system

  bool has(std::string_view scope) const;
};
Principal principal_of(const store::Token& token);
// As the log names them: "officer:fo", "service:portal", "provider:meta".
std::string words_of(const Principal& principal);

// As what a caller is let in, the widest that applies.
enum class Capacity {
  anyone,         // the route needs no token
  token_holder,   // any token
  officer,        // themselves
  for_officer,    // scope act: in the name of the officer in `on_behalf_of`
  intake,         // scope intake: as the applicants whose files it handed in
  reader,         // scope read
  bounces,        // scope bounce: the mail server
  provider,       // of WhatsApp, by its signature
  administrator,  // scope admin; on the pages an officer with the role admin
};

// What of a permit is not for everybody who may see it.
enum class Field {
  none,
  contact,        // the applicant's channels, and the form's fields
  notes,          // what people wrote
  tracking_link,  // a key to the file
  outcome,        // what was recommended, before it is decided
};

struct AccessQuestion {
  std::string_view route;     // Route::name
  bool on_behalf_of = false;  // the caller names an officer to act for
  // Service that handed in the permit in question, where it is known already.
  std::optional<std::string_view> created_by;
  Field field = Field::none;  // to see it in the route's answer; else the call itself
};

struct Access {
  Capacity capacity = Capacity::anyone;
  // Only permits this service handed in: ask again with `created_by` once the permit is read.
  bool own_only = false;
};

struct Denial {
  ProblemCode code;  // unauthenticated, forbidden, not_found
  Said (*detail)();  // why, as it is put into words
};
[[noreturn]] void throw_exception_from_error(const Denial& denial,
                                             const boost::source_location& where);

// `principal` is null where there is no valid token. A permit of another service is `not_found`:
// that it exists is nobody else's business. A route without a row is forbidden to all.
boost::system::result<Access, Denial> authorize(const Principal* principal,
                                                const AccessQuestion& question);

// Throws std::logic_error that names every route without a row: the daemon does not start.
void require_rows(std::span<const Route> routes);

// Whether a field of a permit that `created_by` handed in may be shown to the caller of this route.
bool may_see(const Principal& principal, std::string_view route, Field field,
             std::string_view created_by);

// The secret of `Authorization: Bearer <secret>`; nothing where it is absent or not of our form.
std::optional<std::string> bearer_secret(const Request& request);

}  // namespace tenggat::http
