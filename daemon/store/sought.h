// Permits as people look for them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/store/permits.h"

namespace tenggat::store {

// What people look for: words that a number, a document's number, a name or a subject holds, or the
// applicant's phone (62...; empty: what was asked is none). The newest first, at most limit + 1.
struct Sought {
  std::string words, phone;
  std::string sop;                     // of this service alone; empty: of all
  std::optional<std::int64_t> before;  // ids smaller than this
  int limit = 30;
};
Ids add_find_sought(pg::Pipeline& pipeline, const Sought& sought);

}  // namespace tenggat::store
