#!/usr/bin/env bash
# The tests of the forecast can fail: mistakes that forecasts of this kind are made with.
#   tests/rules/forecast/planted_mistakes_test.sh SOURCE_DIR BUILD_DIR [HOW_MANY]
set -euo pipefail
# shellcheck source=tests/support/planting.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../support/planting.sh" forecast_test tests/rules "$@"

judge() {
  if grep -q '^\[  FAILED  \]' "$copy/log"; then
    printf 'caught: %s\n' "$1"
  else
    ends_otherwise "$1"
  fi
}

passes_unharmed rules/forecast/forecast.cpp
plant 'open stays are left out' rules/forecast/hazards.cpp \
  'if (cell < last || left) ++exposed_' \
  'if (left) ++exposed_'
plant 'what began before the window counts from its beginning' rules/forecast/hazards.cpp \
  'std::max<std::int64_t>(0, (since - stay.from) / unit_)' \
  'std::int64_t{0}'
plant 'an end of the future is known' rules/forecast/hazards.cpp \
  'const bool over = file.ended && *file.ended <= known;' \
  'const bool over = file.ended.has_value();'
plant 'the time already spent in a step is forgotten' rules/forecast/hazards.cpp \
  'std::min(place.age + c, kCells)' \
  'std::min(c, kCells)'
plant 'a rare step does not lean on its group' rules/forecast/hazards.cpp \
  'double exposed = kLean, leaving = kLean * group;' \
  'double exposed = kLean, leaving = kLean * all;'
plant 'what follows a step is the same after any time' rules/forecast/hazards.cpp \
  'return age < 2 ? 0 : age < 7 ? 1 : age < 21 ? 2 : 3;' \
  'return age < 0 ? 1 : 0;'
plant 'events after the end are read' rules/forecast/history.cpp \
  'file.ended ? std::min(known, *file.ended) : known' \
  'known'
plant 'a file tells at its end, not once its due has come' rules/forecast/forecast.cpp \
  'if (file.due > known_) continue;' \
  'if (file.due > known_ && !(file.ended && *file.ended <= known_)) continue;'
plant 'a file past its due is forecast like any other' rules/forecast/forecast.cpp \
  'if (t > file.due) return 1;' \
  ''
plant 'outcomes of the future correct the model' rules/forecast/forecast.cpp \
  'if (said.due > known || said.at >= known) continue;' \
  ''
plant 'a bias that chance explains is corrected' rules/forecast/forecast.cpp \
  'kByChance / std::sqrt(bend)' \
  '0.'
plant 'no bias is corrected' rules/forecast/forecast.cpp \
  'shift_ += pull / bend;' \
  ''
plant 'the base is never given' rules/forecast/forecast.cpp \
  'base_is_better_[q] = mean > kClearly * error;' \
  ''
plant 'the record of one age speaks for all' rules/forecast/forecast.cpp \
  'return static_cast<std::size_t>(std::clamp(share, 0., .999) * kQuarters);' \
  'return share < 0 ? 1 : 0;'
plant 'traits are passed over' rules/forecast/landmarks.cpp \
  'for (int trait : file.traits) ++with_trait' \
  'for (int trait : std::vector<int>{}) ++with_trait'
plant 'the penalty is not paid' rules/forecast/ridge.cpp \
  'gradient[j] -= penalty * b[j], curve[j][j] += penalty;' \
  'curve[j][j] += penalty;'
plant 'a clock that stands goes on' rules/forecast/cases.cpp \
  'stood += axis.between(std::max(stop.from, t), *stop.to);' \
  'stood += Seconds{0};'
plant 'stops that overlap count twice' rules/forecast/cases.cpp \
  'if (!apart.empty() && stop.from <= *apart.back().to)' \
  'if (apart.size() > 1000)'
plant 'a stop after the due moves it' rules/forecast/cases.cpp \
  ' && !(one.due && cut.from >= *one.due)' \
  ''
plant 'the verdict is not asked' rules/forecast/cases.cpp \
  'one.missed ? std::max(at, file.due + Seconds{1}) : std::min(at, file.due)' \
  'at'
plant 'one that stands has its whole standard left' rules/forecast/cases.cpp \
  'file.opened + axis.worth(one.opened, standard)' \
  'axis.at(now) + axis.worth(one.opened, standard)'
plant 'the finish knows nothing of the chance' rules/forecast/outlook.cpp \
  'finish.agree(missed, out.left);' \
  'static_cast<void>(missed);'
plant 'a limit of law that has passed may yet be kept' rules/forecast/outlook.cpp \
  'if (left <= Seconds{0}) return 1;' \
  'if (left <= Seconds{0}) return 0;'
plant 'the record moves nothing' rules/forecast/outlook.cpp \
  'correction_ = Correction(said, given_.axis.at(now), spans_);' \
  'correction_ = Correction({}, given_.axis.at(now), spans_);'
plant 'in hindsight all is known' rules/forecast/outlook.cpp \
  'const Model model(files, given_.steps, known, spans_);' \
  'const Model model(files, given_.steps, until, spans_);'
plant 'nobody stays in a step' rules/forecast/outlook.cpp \
  'model_.hazards().unit() * (age + 1)' \
  'model_.hazards().unit()'
plant 'work takes as long whoever shares it' rules/forecast/workload.cpp \
  'return std::min(1., static_cast<double>(std::max(1, officers)) / open);' \
  'return open < 0 ? officers : 1.;'
plant 'what is open is taken for done' rules/forecast/workload.cpp \
  'visit.closed && (!last || file.ended)' \
  'true'
plant 'a pause is work' rules/forecast/workload.cpp \
  'if (lasted > 0) work *=' \
  'if (lasted < 0) work *='
plant 'what a visit has had is forgotten' rules/forecast/workload.cpp \
  'first == 0 ? 1 : seen.outlast[first - 1]' \
  '1'
plant 'each file has an officer of its own' rules/forecast/simulate.cpp \
  'lying_.empty() ? 0 : std::min(1., officers() / lying())' \
  'lying_.empty() ? 0 : 1.'
plant 'who was away does not come back' rules/forecast/simulate.cpp \
  'staff_at(number(one.to), one.role, -one.by);' \
  ''
plant 'the clock goes on while the applicant has the file' rules/forecast/simulate.cpp \
  'file.left = file.due - now_;' \
  'file.left = 0;'
plant 'a case ends where the office is done with it' rules/forecast/workload.cpp \
  'had_.size() - 1, i == decides});' \
  'had_.size() - 1, last && decides < 1000});'
plant 'what comes in is not multiplied' rules/forecast/simulate.cpp \
  'double more = plan_.times' \
  'double more = 1'
say_planted
