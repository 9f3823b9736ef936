// What an office's files ask of its roles, from its own past: how much work each step is, and where
// it leads. Source: docs/forecast.md, What if.
//
// The officers of a role share themselves out over all that is open there: with n officers and k
// visits each visit gets min(1, n/k) of an officer. What a visit took of that is its work: the same
// visit takes longer where more lie beside it or fewer officers are there, and no less than its
// work where nobody else asks. So the past, run again as it was, takes as long as it took.
//
// Of visits that are still open one knows that their work is more than they have had: without that
// all work looks small (Kaplan and Meier 1958).
#pragma once
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "rules/time.h"

namespace tenggat::forecast {

struct WorkStep {
  int role = 0;  // whose; of one that waits for nobody of the office: not read
  bool waits =
      false;  // for the applicant, or a system: the case clock stands, no officer is needed
  bool starts = false;  // the case clock starts when it is left for a step of the office
};
struct WorkService {
  std::vector<WorkStep> steps;
  Seconds standard{};  // of the case, on the axis
  int first = 0;       // where files come in
};

// On one axis of working time.
struct WorkVisit {
  int step = 0;
  Seconds opened{};
  std::optional<Seconds> closed;
  Seconds paused{};  // of that, nobody worked on it and the case clock stood
};
struct WorkFile {
  int service = 0;
  Seconds submitted{};
  std::vector<WorkVisit> visits;  // in order of opening
  bool ended = false;
  // Of one that is open.
  std::optional<Seconds> case_due;   // where it runs; none: it has not started, stands or is over
  std::optional<Seconds> case_left;  // where it stands
  bool case_over = false;
  // When its case clock ended, where it has. The office may go on with it.
  std::optional<Seconds> decided{};
};
struct Workload {
  std::vector<WorkService> services;
  std::vector<int> officers;  // by role: how many there were
  std::vector<WorkFile> files;
  Seconds from{}, now{};  // the past that it learns from
};

inline constexpr int kEnds = -1;  // where a step leads: out of the office

class Work {
 public:
  explicit Work(const Workload& load);

  struct Drawn {
    Seconds work{}, paused{};
    int next = kEnds;
    bool decides = false;  // its end is the case's
  };
  // A visit of the step that has had `had` already.
  Drawn draw(int service, int step, Seconds had, std::mt19937_64& random) const;
  // Another past that could have been: files drawn from those that were seen. What one past tells
  // is not all there is to know.
  void draw_again(std::mt19937_64& random);
  // What the open visits of the files have had by now, by file and visit.
  Seconds had(std::size_t file, std::size_t visit) const { return had_[file][visit]; }

 private:
  struct Seen {
    Seconds work{}, paused{};
    int next = kEnds;
    bool over = false;
    std::size_t file = 0;
    bool decides = false;
  };
  struct Of {
    std::vector<Seen> all;        // by work
    std::vector<double> outlast;  // the chance that one has more work than each of them
  };
  const Of& of(int service, int step) const {
    return of_[static_cast<std::size_t>(service)][static_cast<std::size_t>(step)];
  }
  void measure(const Workload& load);
  void weigh(const std::vector<double>& files);

  std::vector<std::vector<Of>> of_;  // by service and step
  std::vector<std::vector<Seconds>> had_;
  Seconds usual_{1};  // where nothing was seen of a step
};

}  // namespace tenggat::forecast
