// The binary formats of the types this program keeps in PostgreSQL, and nothing else of the
// protocol. Sent and received so, a value is neither printed nor parsed on either side.
//
// Source: the *_send and *_recv functions of PostgreSQL 15 (src/backend/utils/adt); the numbers of
// the types are those of pg_type.dat, the same in every PostgreSQL.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rules/time.h"

namespace tenggat::pg {

enum class Type : std::uint32_t {
  inferred = 0,  // by the server, from the statement
  boolean = 16,
  bytea = 17,
  name = 19,
  bigint = 20,
  integer = 23,
  text = 25,
  json = 114,
  varchar = 1043,
  timestamptz = 1184,
  jsonb = 3802,
};

// "bigint", "timestamptz", ... as SQL spells it. std::invalid_argument for any other word.
Type type_of(std::string_view sql_name);
Type array_of(Type element);

namespace wire {

// Each appends a value without its length. An integer out of its type's range, an instant that no
// timestamptz holds and a text with a NUL byte are std::invalid_argument.
void append(std::string& to, bool value);
void append(std::string& to, std::int32_t value);
void append(std::string& to, std::int64_t value);
void append(std::string& to, Instant value);
void append_integer(std::string& to, Type type, std::int64_t value);  // integer or bigint
// What a program holds as bytes: text, json, jsonb, bytea.
void append_bytes(std::string& to, Type type, std::string_view value);

// Each reads a value of the given type. std::logic_error where it is not of that type: the SQL and
// its reader disagree. 'infinity' is no instant; fractions of a second are cut off.
bool boolean(Type type, std::string_view bytes);
std::int64_t integer(Type type, std::string_view bytes);
Instant instant(Type type, std::string_view bytes);
std::string_view text(Type type, std::string_view bytes);  // text, varchar, name, json, jsonb
std::string_view bytea(Type type, std::string_view bytes);

}  // namespace wire
}  // namespace tenggat::pg
