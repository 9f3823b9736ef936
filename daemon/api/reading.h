// What the API and the pages read: permits and whatever else is asked, in one flight, all of one
// moment, with a rulebook that is fresh and knows every SOP version they are pinned to.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.h"
#include "daemon/office/rulebook.h"
#include "daemon/pg/pool.h"
#include "daemon/store/moment.h"
#include "daemon/store/permits.h"

namespace tenggat::http {

struct Reading {
  store::Moment moment;
  std::map<std::int64_t, store::StoredPermit> permits;
  pg::Results results;  // of the statements that the caller added
};

class Reader {
 public:
  // Both must outlive the reader and every read under way.
  Reader(pg::Pool& pool, office::Rulebook& rulebook) : pool_(pool), rulebook_(rulebook) {}

  boost::asio::awaitable<Reading> read(std::vector<std::int64_t> ids, pg::Pipeline more);
  // By id or number, as it stands in a path. Nothing where there is no such number; an id is not
  // looked up. The trace, where there is one, learns which permit it is about.
  boost::asio::awaitable<std::optional<std::int64_t>> id_of(
      std::string text, std::shared_ptr<RequestTrace> trace = nullptr);

 private:
  pg::Pool& pool_;
  office::Rulebook& rulebook_;
};

// What somebody looks for: line ends and other control bytes that came along stand for a space, and
// what is empty then asks for nothing.
std::string searched_words(std::string_view text);

// A permit id as callers write it: plain decimal, no sign; nothing for a number such as
// "PAUD-2026-00417".
std::optional<std::int64_t> parse_id(std::string_view text);

}  // namespace tenggat::http
