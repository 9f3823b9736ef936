// What whoever has the database's rights and knows the program does: bends what the events of a
// permit say, and makes all hashes anew, so that the chain agrees with itself.
#pragma once
#include <fmt/format.h>

#include <string>
#include <vector>

#include "daemon/store/event_codec.h"
#include "daemon/store/hash.h"
#include "daemon/store/record.h"

namespace tenggat::test {

struct RewrittenChain {
  std::string to,
      back;  // SQL, of events and the permit's last hash; the log's triggers must be off
};

// Each `from` in the events' rows becomes `to`.
inline RewrittenChain rewritten_chain(std::vector<store::RecordedEvent> chain, std::int64_t permit,
                                      const std::string& from, const std::string& to) {
  const auto digits = [](const std::string& bytes) { return "'\\x" + store::hex(bytes) + "'"; };
  const auto update = [&](const store::RecordedEvent& one, const std::string& hash) {
    const std::string& rows = one.stored.rows.json;
    return fmt::format("UPDATE event SET rows = {}, hash = {} WHERE permit = {} AND sequence = {};",
                       rows.empty() ? "NULL" : "'" + rows + "'", digits(hash), permit,
                       one.stored.event.sequence);
  };
  const auto last = [&](const std::string& hash) {
    return fmt::format("UPDATE permit SET last_hash = {} WHERE id = {};", digits(hash), permit);
  };
  RewrittenChain made;
  std::string previous, as_it_was;
  for (store::RecordedEvent& one : chain) {
    as_it_was = one.stored.hash;
    made.back += update(one, as_it_was);
    std::string& rows = one.stored.rows.json;
    for (auto at = rows.find(from); at != std::string::npos; at = rows.find(from, at + to.size()))
      rows.replace(at, from.size(), to);
    previous = store::event_hash(previous, permit, one.stored);
    made.to += update(one, previous);
  }
  made.to += last(previous);
  made.back += last(as_it_was);
  return made;
}

}  // namespace tenggat::test
