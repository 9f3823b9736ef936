#include <algorithm>

#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace {

constexpr auto kEventRead = kEvent.of<EventHead, StoredEvent>();

}  // namespace

pg::Slot<std::vector<StoredEvent>> add_events(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql = each<kEventRead, StoredEvent>(
      "SELECT {} FROM event WHERE permit = $1::bigint ORDER BY sequence");
  return pipeline.add(sql, permit);
}

pg::Slot<std::vector<StoredNote>> add_notes(pg::Pipeline& pipeline, std::int64_t permit) {
  static const auto sql =
      each<kNote>("SELECT {} FROM note WHERE permit = $1::bigint ORDER BY event, id");
  return pipeline.add(sql, permit);
}

pg::Slot<std::vector<StoredNote>> add_notes_of_events(pg::Pipeline& pipeline,
                                                      const std::vector<std::int64_t>& permits,
                                                      const std::vector<std::int64_t>& events) {
  static const auto sql = each<kNote>(
      "SELECT {n} FROM note n JOIN unnest($1::bigint[], $2::bigint[]) AS c(permit, event)"
      " ON n.permit = c.permit AND n.event = c.event ORDER BY n.permit, n.event, n.id",
      "n");
  return pipeline.add(sql, pg::bigint_array(permits), pg::bigint_array(events));
}

std::vector<StoredNote> last_notes(const std::vector<StoredNote>& notes, int visit,
                                   std::initializer_list<std::string_view> kinds) {
  std::vector<StoredNote> found;
  for (const StoredNote& note : notes) {
    if (note.visit != visit || std::find(kinds.begin(), kinds.end(), note.kind) == kinds.end())
      continue;
    if (!found.empty() && found.front().event < note.event) found.clear();
    found.push_back(note);
  }
  return found;
}

}  // namespace tenggat::store
