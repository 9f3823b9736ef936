// Everything on record about one permit, as `permit dossier` and `subject export` give it out.
#pragma once
#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "daemon/cli/on_database.h"

namespace tenggat::cli {

struct PrintedDossier {
  PrintedDossier(boost::json::object as_json, std::string as_page, bool chain_holds)
      : json(std::move(as_json)), page(std::move(as_page)), holds(chain_holds) {}
  boost::json::object json;
  std::string page;
  bool holds;
};
// The permit is there.
pg::Awaitable<PrintedDossier> print_dossier(DatabaseCall& call, Office& office, std::int64_t id,
                                            bool internal_notes);

}  // namespace tenggat::cli
