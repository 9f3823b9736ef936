// Who may do what and see what, deny by default. A route's row says who may call it; that is asked
// about once a request, before anything else is looked at, and the handler gets what came of it.
// Source: docs/reference.md, Who may call and Calls. Whether an officer may act on a step, and who
// may undo, is the core's to say. Which routes there are is no business of this file.
#pragma once
#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.h"
#include "daemon/store/tokens.h"

namespace tenggat::http {

// Who holds a token.
struct Principal {
  enum class Kind { officer, service, provider };
  Kind kind = Kind::service;
  std::string id;                   // officer id, the service's name, or which provider of WhatsApp
  std::vector<std::string> scopes;  // of a service; an officer's are ignored
  std::int64_t token = 0;
  bool administrator = false;        // an officer who has signed in and runs this system
  bool overseer = false;             // an officer with the role admin, or one that observes
  std::vector<std::string> roles{};  // of a service that acts: store::Token::roles

  bool has(std::string_view scope) const;
};
Principal principal_of(const store::Token& token);
// As the log names them: "officer:fo", "service:portal", "provider:meta".
std::string words_of(const Principal& principal);

// The column "who" of docs/reference.md, Calls.
enum class Who : unsigned {
  anyone = 1U << 0U,  // also by a secret in the address, which the handler looks up
  any_token = 1U << 1U,
  officer = 1U << 2U,
  for_officer = 1U << 3U,  // scope act, with on_behalf_of
  act = 1U << 4U,          // scope act as such
  intake = 1U << 5U,
  intake_own = 1U << 6U,  // scope intake, on permits it handed in
  read = 1U << 7U,
  admin = 1U << 8U,
  administrator = 1U << 9U,  // an officer with the role admin, signed in on the pages
  bounce = 1U << 10U,
  provider = 1U << 11U,  // the provider of WhatsApp, by its signature
  itself = 1U << 12U,    // scope act with roles, at the steps of a system (`layanan`)
  overseer = 1U << 13U,  // an officer with the role admin, or one that observes (`pengamat`)
};
constexpr Who operator|(Who a, Who b) {
  return static_cast<Who>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool includes(Who all, Who one) {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

// As what a caller is let in, the widest that applies.
enum class Capacity {
  anyone,         // the route needs no token
  token_holder,   // any token
  officer,        // themselves
  for_officer,    // scope act: in the name of the officer in `on_behalf_of`
  itself,         // scope act with roles: as the system that takes a step
  intake,         // scope intake: as the applicants whose files it handed in
  reader,         // scope read
  bounces,        // scope bounce: the mail server
  provider,       // of WhatsApp, by its signature
  administrator,  // scope admin; on the pages an officer with the role admin
};

struct Access {
  Capacity capacity = Capacity::anyone;
  bool own_only = false;  // only permits this service handed in: refuse_permit()
  // Whether it may, or must, say in which officer's name it acts: in_name_of().
  enum class OnBehalf { never, may, must } on_behalf = OnBehalf::never;
  // Whether it may act as a system, where the step is one's: as_itself().
  bool may_be_itself = false;
};

struct Denial {
  ProblemCode code;  // unauthenticated, forbidden, not_found
  Said (*detail)();  // why, as it is put into words
};
[[noreturn]] void throw_exception_from_error(const Denial& denial,
                                             const boost::source_location& where);

// Whether this caller may ask at all; `principal` is null where there is no valid token.
boost::system::result<Access, Denial> authorize(const Principal* principal, Who who);

// What it comes to once the body has said whether it is in the name of an officer.
boost::system::result<Access, Denial> in_name_of(const Access& access, bool an_officer);

// What it comes to at a step of a system whose role the token has; elsewhere it stays as it is,
// where it comes to anything.
Access as_itself(const Access& access, bool at_own_step);

// A permit of another service is `not_found`: that it exists is nobody else's business.
std::optional<Denial> refuse_permit(const Access& access, const Principal& principal,
                                    std::string_view created_by);

// What of a permit is not for everybody who may see it.
enum class Field {
  contact,        // the applicant's channels, and the form's fields
  notes,          // what people wrote
  tracking_link,  // a key to the file
  outcome,        // what was recommended, before it is decided
};
// Of a permit that `created_by` handed in, to who may see it.
bool may_see(const Principal& principal, Field field, std::string_view created_by);

// The secret of `Authorization: Bearer <secret>`; nothing where it is absent or not of our form.
std::optional<std::string> bearer_secret(const Request& request);

}  // namespace tenggat::http
