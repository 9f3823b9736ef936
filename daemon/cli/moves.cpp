#include "daemon/cli/moves.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <ostream>

#include "daemon/cli/print.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

json::value instant_json(const Office& office, const std::optional<Instant>& instant) {
  return instant ? json::value(office.text(*instant)) : json::value(nullptr);
}

std::string change_text(const Office& office, const std::optional<Instant>& before,
                        const std::optional<Instant>& after) {
  const auto said = [&](const std::optional<Instant>& t) { return t ? office.text(*t) : "-"; };
  return before == after ? said(before) : said(before) + " -> " + said(after);
}

json::object move_json(const Office& office, const office::PermitMove& move) {
  return {{"number", move.number},
          {"step", move.step},
          {"due_before", instant_json(office, move.due_before)},
          {"due_after", instant_json(office, move.due_after)},
          {"case_before", instant_json(office, move.case_before)},
          {"case_after", instant_json(office, move.case_after)},
          {"breaches_added", move.breaches_added},
          {"breaches_removed", move.breaches_removed},
          {"refused",
           move.refused ? json::value(move.refused->detail().english) : json::value(nullptr)},
          {"reason",
           move.refused ? json::value(to_string(move.refused->reason())) : json::value(nullptr)}};
}

}  // namespace

void write_moves(DatabaseCall& call, const Office& office, json::object head,
                 const std::string& because, const std::vector<office::PermitMove>& moves) {
  if (call.given.has("json")) {
    json::array items;
    for (const office::PermitMove& move : moves) items.push_back(move_json(office, move));
    head["permits"] = std::move(items);
    write_json(call.terminal.out, head);
    return;
  }
  std::vector<std::vector<std::string>> rows;
  int added = 0, removed = 0;
  for (const office::PermitMove& move : moves) {
    added += move.breaches_added;
    removed += move.breaches_removed;
    if (!move.moves()) continue;
    rows.push_back({move.number, move.step, change_text(office, move.due_before, move.due_after),
                    change_text(office, move.case_before, move.case_after)});
  }
  write_table(call.terminal.out, {"NUMBER", "STEP", "STEP DUE", "CASE DUE"}, rows);
  for (const office::PermitMove& move : moves)
    if (move.refused)
      call.terminal.out << fmt::format("refused: {}: {} ({})\n", move.number,
                                       move.refused->detail().english,
                                       to_string(move.refused->reason()));
  call.terminal.out << fmt::format(
      "{} of {} open permits move; breaches: {} added, {} removed\nreason: {}\n", rows.size(),
      moves.size(), added, removed, because);
}

}  // namespace tenggat::cli
