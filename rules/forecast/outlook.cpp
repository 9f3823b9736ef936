#include "rules/forecast/outlook.h"

#include <algorithm>
#include <cmath>

namespace tenggat::forecast {

namespace {

constexpr double kHalf = .5, kMost = .9;

int thousandths(double chance) {
  return static_cast<int>(std::lround(std::clamp(chance, 0., 1.) * 1000));
}
double of_one(int thousandths) { return thousandths / 1000.; }

// Less is cut off than log_odds() does: a finish far ahead is still somewhere.
double odds(double chance) {
  const double cut = std::clamp(chance, 1e-6, 1 - 1e-6);
  return std::log(cut / (1 - cut));
}

double share_gone(const File& file, Seconds t) {
  return static_cast<double>((t - file.opened).count()) /
         static_cast<double>(file.standard().count());
}

std::vector<File> files_of(const std::vector<Case>& cases, const Service::Given& given,
                           Instant now) {
  std::vector<File> files;
  for (const Case& one : cases) files.push_back(file_of(one, given.axis, given.standard, now));
  return files;
}

Spans spans_of(const Service::Given& given) {
  Spans spans;
  spans.day = std::max(Seconds{1}, given.day);
  return spans;
}

// A file's end as the hazards see it, moved so that it agrees with what is said of its due.
class Finish {
 public:
  Finish(const Hazards& hazards, const Hazards::Place& place)
      : hazards_(hazards), place_(place), unit_(hazards.unit()) {}

  void agree(double missed, Seconds left) {
    moved_ = odds(1 - missed) - odds(hazards_.ends_within(place_, cells(left)));
  }
  double misses(Seconds left) const {
    if (left <= Seconds{0}) return 1;
    return 1 - chance_of(odds(hazards_.ends_within(place_, cells(left))) + moved_);
  }
  // From now on; at least a cell ahead, since it has not ended yet.
  std::optional<Seconds> until(double chance) const {
    const auto cells = hazards_.cells_until(place_, chance_of(odds(chance) - moved_));
    if (!cells) return std::nullopt;
    return unit_ * std::max(1, *cells);
  }

 private:
  int cells(Seconds time) const {
    return static_cast<int>(std::min<std::int64_t>(
        Hazards::kCells,
        std::llround(static_cast<double>(time.count()) / static_cast<double>(unit_.count()))));
  }

  const Hazards& hazards_;
  const Hazards::Place place_;
  const Seconds unit_;
  double moved_ = 0;
};

}  // namespace

Service::Service(const std::vector<Case>& cases, const Given& given, Instant now)
    : given_(given),
      spans_(spans_of(given)),
      model_(files_of(cases, given, now), given.steps, given.axis.at(now), spans_) {
  model_.forget_lesson();
}

void Service::correct(const std::vector<Saying>& record, Instant now) {
  std::vector<Said> said;
  for (const Saying& one : record)
    said.push_back({given_.axis.at(one.at), given_.axis.at(one.due), one.share, of_one(one.chance),
                    of_one(one.base), of_one(one.issued), one.late});
  correction_ = Correction(said, given_.axis.at(now), spans_);
}

std::vector<Service::Saying> Service::in_hindsight(const std::vector<Case>& cases,
                                                   Instant now) const {
  const std::vector<File> files = files_of(cases, given_, now);
  const Seconds until = given_.axis.at(now), refit = spans_.days(spans_.refit_days);
  std::vector<Said> record;
  for (Seconds known = until - spans_.days(spans_.base_days); known < until; known += refit) {
    const Model model(files, given_.steps, known, spans_);
    if (!model.knows_enough()) continue;
    const Correction correction(record, known, spans_);
    const Period period{known, std::min(known + refit, until), until};
    const std::vector<Said> said = say(model, correction, files, period);
    record.insert(record.end(), said.begin(), said.end());
  }
  std::vector<Saying> told;
  for (const Said& said : record) {
    const Case& one = cases[said.file];
    if (!one.due) continue;  // its clock stands: nothing has come of it
    told.push_back({one.id, given_.axis.instant(said.at), *one.due, said.share,
                    thousandths(said.chance), thousandths(said.base), thousandths(said.base_recent),
                    thousandths(said.issued), said.late});
  }
  return told;
}

std::optional<Seconds> Service::usual_stay(const Hazards::Place& place) const {
  double still_there = 1;
  for (int age = 0; age <= Hazards::kCells; ++age) {
    still_there *= 1 - model_.hazards().hazard(place.family, place.step, age);
    if (still_there <= kHalf) return model_.hazards().unit() * (age + 1);
  }
  return std::nullopt;
}

Outlook Service::look(const Case& one, Instant now) const {
  const File file = file_of(one, given_.axis, given_.standard, now);
  const Seconds t = given_.axis.at(now);
  const Hazards& hazards = model_.hazards();
  const Hazards::Place place = hazards.place(file, t);
  Outlook out;
  out.id = one.id;
  out.stands = !one.due;
  out.share = share_gone(file, t);
  out.left = file.due - t;
  const double chance = model_.chance(file, t), base = model_.base(out.share);
  const bool past = t > file.due;
  const double missed = past ? 1 : correction_.issue(chance, base, out.share);
  out.by_base = !past && correction_.gives_base(out.share);
  out.missed = thousandths(missed);
  out.chance = thousandths(chance);
  out.base = thousandths(base);
  out.base_recent = thousandths(model_.base_recent(out.share));

  Finish finish(hazards, place);
  if (!past && out.left > Seconds{0}) finish.agree(missed, out.left);
  if (one.legal_due)
    out.legal_missed = thousandths(finish.misses(given_.axis.between(now, *one.legal_due)));
  if (const auto half = finish.until(kHalf)) {
    out.p50 = given_.axis.after(now, *half);
    out.needs = *half;
  }
  if (const auto most = finish.until(kMost)) out.p90 = given_.axis.after(now, *most);

  if (!file.events.empty()) {
    const Event& last = file.events.back();
    out.step = last.step;
    out.in_step = std::max(Seconds{0}, t - last.at);
    out.usual_in_step = usual_stay({file.family, last.step, 0});
  }
  return out;
}

}  // namespace tenggat::forecast
