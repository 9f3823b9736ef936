// What happened to a file before it was imported, done again at its true times. Internal to the
// core (import.h).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "rules/permit/draft.h"
#include "rules/permit/import.h"
#include "rules/permit/import_words.h"

namespace tenggat {

std::string names_of_actions(const Step& step);

class PastHistory {
 public:
  PastHistory(const PastFile& past, const Context& context)
      : past_(past), context_(context), sop_(context.sop) {}

  Permit permit;
  PastFaults faults;

  Context at(Instant t) const {
    return {context_.sop, context_.calendar, context_.people, t, context_.send};
  }
  // A step by its id, its name or its short name; null is a fault.
  const Step* step_named(const std::string& name, const std::string& where);
  // Of an officer their id; of whom nobody knows the name as it came.
  std::string officer_named(const std::string& name) const;
  void name_visits();
  Instant started_at() const;
  // All of it, on the permit as the submission has left it.
  void play();
  void close(const Visit& visit, const ActionRule& rule, const PastVisit& as, Instant when,
             const std::string& by);
  void fault_not_open(const std::string& where, const std::string& step);

 private:
  struct Happening {
    enum class What { resume, close, pause, claim } what = What::close;
    Instant at{};
    std::size_t of = 0;  // visit or pause
  };

  template <ImportFault what, class... Arguments>
  void fault(std::string at, const Arguments&... arguments) {
    faults.push_back({std::move(at), say<what>(arguments...)});
  }
  // The submission itself, where the history begins with it.
  bool begins_with_submission() const;
  std::vector<Happening> in_order();
  void happen(const Happening& one);
  void close_visit(std::size_t n, Instant when);
  void claim(std::size_t n, Instant when);
  void pause(std::size_t n, Instant when);
  void resume(std::size_t n, Instant when);
  void take_open(std::size_t n);
  bool was_cancelled(const std::string& step) const;
  bool check_time(const std::string& where, const std::optional<Instant>& t);
  bool set_opening(std::size_t n, Visit& visit);
  const ActionRule* action_of(std::size_t n, const Step& step);
  const Step* next_after(std::size_t n) const;
  Doer doer(const Step& step, const std::string& by) const;

  const PastFile& past_;
  const Context& context_;
  const Sop& sop_;
  std::vector<const Step*> steps_;        // of the visits
  std::vector<const Step*> pause_steps_;  // of the pauses
};

}  // namespace tenggat
