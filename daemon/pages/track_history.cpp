// The way of the file, as its applicant reads it: everything that was done in its order, returns
// too, what goes on, and what is still to come.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/pages/permit_view.h"
#include "daemon/pages/track_view.h"
#include "daemon/pages/words.h"
#include "daemon/store/letters.h"

namespace tenggat::pages {
namespace {

const Visit* last_visit(const Permit& permit, const std::string& step) {
  const Visit* last = nullptr;
  for (const Visit& visit : permit.visits)
    if (visit.step == step && !visit.undone) last = &visit;
  return last;
}

// What was done at a closed visit, as far as its applicant has been told: neither what the review
// recommended nor how the draft fared on its way to the head is theirs to read from the way.
std::string done_words(const TrackView& view, const Visit& visit) {
  if (visit.action == kWithdrawal) return action_done_words(view.sop, "", kWithdrawal);
  const ActionRule* rule = action_of(visit, view.sop);
  const bool told = rule && (!rule->tells_applicant.empty() || is_applicants(visit, view.sop));
  return told ? action_done_words(sop_of(visit, view.sop), visit.step, visit.action)
              : std::string(view.say("selesai", "done"));
}

std::string who_has(const TrackView& view, const std::string& role) {
  return view.sop.is_applicant(role) ? std::string(view.say("Anda", "you"))
                                     : role_words(view.sop, role);
}

const char* going_words(const TrackView& view, const Visit& visit) {
  if (is_applicants(visit, view.sop)) return view.say("Menunggu Anda", "Waiting for you");
  const Pause* pause = view.permit().open_pause(visit.id);
  if (!pause) return view.say("Sedang berjalan", "Under way");
  const PauseReason* reason = rule_of(*pause, view.sop);
  return reason && reason->tells_applicant
             ? view.say("Menunggu jawaban Anda", "Waiting for your answer")
             : view.say("Dijeda", "Paused");
}

// Which steps lie behind the file, which never come.
class Way {
 public:
  explicit Way(const TrackView& view) : view_(view) {
    for (const Visit& visit : view.permit().visits)
      if (visit.open()) open_.push_back(&view.sop.step(visit.step));
    for (const Step& step : view.sop.steps)
      if (last_visit(view.permit(), step.id)) reached_ = step.number;
    for (const Step* step : open_) {
      const bool first = step == open_.front();
      reached_ = first ? step->number : std::min(reached_, step->number);
    }
  }

  // The last time the file was at the step, but for what was before its block was opened anew.
  const Visit* last(const Step& step) const {
    const Visit* visit = last_visit(view_.permit(), step.id);
    return visit && !is_of_former_round(*visit, step) ? visit : nullptr;
  }

  // What has been done and not given up by a return since. Steps of other branches that are open
  // say nothing of it.
  bool is_passed(const Step& step, const Visit& last) const {
    if (!last.closed_at || last.cancelled()) return false;
    return std::none_of(open_.begin(), open_.end(), [&](const Step* one) {
      return !view_.sop.are_siblings(*one, step) && step.number >= one->number;
    });
  }

  // Never opened, and the file is past it: another way was taken, or its branch was not.
  bool is_left_out(const Step& step) const {
    if (step.number < reached_) return true;
    return std::any_of(open_.begin(), open_.end(), [&](const Step* one) {
      for (const BranchOf& its : one->within)
        for (const BranchOf& mine : step.within)
          if (its.join == mine.join && its.entry != mine.entry && !entered(mine)) return true;
      return false;
    });
  }

 private:
  // Whether the block that the step lies in has been opened anew since.
  bool is_of_former_round(const Visit& visit, const Step& step) const {
    if (step.within.empty()) return false;
    int opened_by = 0;  // the visit whose action opened the block last
    for (const Visit& other : view_.permit().visits) {
      const Step* its = view_.sop.find_step(other.step);
      if (!other.undone && its && its->within.size() == 1 &&
          its->within.front().join == step.within.front().join)
        opened_by = std::max(opened_by, other.fork);
    }
    return visit.id < opened_by;
  }

  bool entered(const BranchOf& branch) const {
    const Visit* visit = last(view_.sop.step(branch.entry));
    return visit && !visit->cancelled();
  }

  const TrackView& view_;
  std::vector<const Step*> open_;
  int reached_ = 0;  // the number of the first step that is open; of an end, of the last one passed
};

// Something that is over, and when.
struct Past {
  Instant at{};
  int visit = 0;
  Html item;
};

Html past_item(std::string_view mark, const Html& name, const std::string& when, const Html& more) {
  return html(
      "<li class=\"selesai\"><span class=\"nomor\" aria-hidden=\"true\">{}</span>"
      "<strong>{}</strong><br><span class=\"halus\">{}{}</span></li>",
      mark, name, when, more);
}

// What was found wanting, where the visit gave the file back to its applicant.
Html wanting_of(const TrackView& view, const Visit& visit) {
  const auto gave_back = [&](const Visit& other) {
    return other.returned && !other.undone &&
           returning_visit(view.permit(), other, view.sop) == &visit;
  };
  if (std::none_of(view.permit().visits.begin(), view.permit().visits.end(), gave_back)) return {};
  Html list;
  for (const store::StoredNote& note :
       store::last_notes(view.notes, visit.id, {"deficiency", "note"}))
    list +=
        html("<br>{}{}",
             note.document.empty() ? std::string() : document_name(note.document, view.sop) + ": ",
             lines(note.text));
  return list;
}

// As the version called it that the file passed it under.
Html passed(const TrackView& view, const Visit& visit) {
  const Sop& sop = sop_of(visit, view.sop);
  if (visit.returned)
    return past_item(
        "✓", html("{}", view.say("Menunggu perbaikan dari Anda", "Waiting for your corrections")),
        fmt::format("{} {} {}", view.speech.brief(visit.opened_at), view.say("sampai", "until"),
                    view.speech.brief(*visit.closed_at)),
        html(" · {}", view.own(done_words(view, visit))));
  std::string who = who_has(view, visit.role);
  if (!visit.closed_for.empty())
    who = stand_in_title({visit.closed_by, visit.closed_for, visit.role, *visit.closed_at},
                         view.letters, view.context);
  return past_item(
      "✓", view.own(sop.step_name(visit.step)), view.speech.brief(*visit.closed_at),
      html(" · {} · {}{}", who, view.own(done_words(view, visit)), wanting_of(view, visit)));
}

// When the office waited for an answer.
Html answered(const TrackView& view, const Pause& pause) {
  return past_item("✓", html("{}", view.say("Menunggu jawaban Anda", "Waiting for your answer")),
                   fmt::format("{} {} {}", view.speech.brief(pause.from),
                               view.say("sampai", "until"), view.speech.brief(*pause.to)),
                   Html());
}

// Whether the file went back, to that later visit's step, behind what had been done at this one.
bool gives_up(const TrackView& view, const Visit& later, const Step* step) {
  const Step* to = view.sop.find_step(later.step);
  return step && to && !view.sop.are_siblings(*to, *step) && step->number >= to->number;
}

// What lies before the applicant's last turn stays as it was; of what came after it only what no
// return has given up since. Within a turn each step stands once: how a draft fared on its way to
// the head is the office's.
bool is_past(const TrackView& view, const Way& way, const Visit& visit) {
  if (!visit.closed_at || visit.undone || visit.cancelled()) return false;
  const Step* step = view.sop.find_step(visit.step);
  bool in_former_turn = false;
  for (const Visit& later : view.permit().visits) {
    if (later.id <= visit.id || later.undone) continue;
    if (is_applicants(later, view.sop)) in_former_turn = true;
    if (in_former_turn) break;
    if (later.step == visit.step || gives_up(view, later, step)) return false;
  }
  if (is_applicants(visit, view.sop) || in_former_turn || !step) return true;
  const Visit* last = way.last(*step);
  return last == &visit && way.is_passed(*step, visit);
}

std::vector<Past> past_of(const TrackView& view, const Way& way) {
  std::vector<Past> all;
  for (const Visit& visit : view.permit().visits)
    if (is_past(view, way, visit)) all.push_back({*visit.closed_at, visit.id, passed(view, visit)});
  for (const Pause& pause : view.permit().pauses) {
    const PauseReason* reason = rule_of(pause, view.sop);
    if (pause.to && reason && reason->tells_applicant)
      all.push_back({*pause.to, pause.visit, answered(view, pause)});
  }
  std::stable_sort(all.begin(), all.end(), [](const Past& a, const Past& b) {
    return a.at != b.at ? a.at < b.at : a.visit < b.visit;
  });
  return all;
}

Html open_item(const TrackView& view, const Visit& visit) {
  const Step& step = view.sop.step(visit.step);
  const Sla sla = visit_sla(view.permit(), visit, view.sop, view.calendar, view.now);
  std::string until;
  if (sla.due_at && view.speech.english())
    until = fmt::format(" · {} {}", view.now > *sla.due_at ? "was due" : "due",
                        view.speech.brief_end(*sla.due_at));
  else if (sla.due_at)
    until = " · " + due_words(view.calendar, *sla.due_at, view.now, "paling lambat");
  const bool own = view.sop.is_applicant(step.role);
  const Html who =
      own ? html(" · {} {}", view.say("sejak", "since"), view.speech.brief(visit.opened_at))
          : html(" · {}", view.own(holder_title(view, visit)));
  return html(
      "<li class=\"kini\" aria-current=\"step\"><span class=\"nomor\">{}</span><strong>{}</strong>"
      "<br><span class=\"halus\">{}{}{}</span></li>",
      step.number,
      visit.returned
          ? html("{}", view.say("Menunggu perbaikan dari Anda", "Waiting for your corrections"))
          : view.own(step.short_name),
      going_words(view, visit), who, until);
}

}  // namespace

Html journey(const TrackView& view) {
  const Way way(view);
  Html items;
  for (const Past& one : past_of(view, way)) items += one.item;
  for (const Visit& visit : view.permit().visits)
    if (visit.open()) items += open_item(view, visit);
  for (const Step& step : view.sop.steps) {
    const Visit* visit = way.last(step);
    if (visit ? visit->open() || way.is_passed(step, *visit) : way.is_left_out(step)) continue;
    if (is_terminal(view.permit().state)) continue;
    items += html("<li><span class=\"nomor\">{}</span>{}<br><span class=\"halus\">{}</span></li>",
                  step.number, view.own(step.short_name), view.own(who_has(view, step.role)));
  }
  return html("<h2>{}</h2><ol class=\"jalan\">{}</ol>",
              view.say("Perjalanan berkas", "The way of your file"), items);
}
}  // namespace tenggat::pages
