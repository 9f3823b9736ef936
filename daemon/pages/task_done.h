// What an officer has just been done with, and how each of it is taken back. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "daemon/pages/page_calls.h"
#include "daemon/store/inbox.h"
#include "rules/permit/offers.h"

namespace tenggat::pages {

struct DoneTask {
  const store::StoredPermit* stored = nullptr;
  const Visit* visit = nullptr;  // that the officer closed
  const Sop* sop = nullptr;
  const Calendar* calendar = nullptr;
  Offer undo;              // whether and until when, or why not
  bool is_last = true;     // of the permit's actions: else others came after it
  std::string press;       // of the page that did it; empty: by itself
  std::int64_t group = 0;  // done at once, by one press: the same for all of them

  const Permit& permit() const { return stored->permit; }
  bool undoable() const { return is_last && undo.stands(); }
};
// Closed by this officer since then, the latest first, at most `most`. `presses`: of the pages that
// did it; what has none was done by itself.
struct DoneSince {
  std::string officer;
  Instant since{};
  std::size_t most = 0;
  std::vector<store::Pressed> presses{};
};
std::vector<DoneTask> done_since(const DoneSince& asked, const Reading& found,
                                 const office::Rulebook& rulebook);
// What stands at these places, in their order; what is no longer there is left out. None of it is
// taken back there.
std::vector<DoneTask> done_at(const std::vector<store::DonePlace>& places, const Reading& found,
                              const office::Rulebook& rulebook);

// The value of a button that takes all of these back, and what one of that form says.
std::string undo_value(const std::vector<const DoneTask*>& tasks);
inline constexpr std::string_view kUndo = "undo.";
struct UndoTicket {
  std::int64_t permit = 0;
  int visit = 0;  // that was closed
  std::int64_t version = 0;
};
std::vector<UndoTicket> read_undo(std::string_view value);

// "sampai 10.26"; the first end where several are taken back together.
std::string undo_until(const std::vector<const DoneTask*>& tasks);
// "Tidak dapat dibatalkan: sudah diambil Rina Wahyuni pukul 10.18."
std::string why_no_undo(const DoneTask& task, const People& people, Instant now);
// The list, with a button for each and for what was done at once; empty where there is none.
Html done_list(const std::vector<DoneTask>& done, const People& people, const FormKeys& keys,
               const std::string& address, Instant now);
// All that was done, a heading a day; only to look at.
Html done_days(const std::vector<DoneTask>& done);

}  // namespace tenggat::pages
