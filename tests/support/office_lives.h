// What happens to one application under load, as a script: what is sent, in which order, and what
// at once.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace tenggat::test {

struct LoadAct {
  std::string call;  // "actions", "claim", "pause", "resume", "undo"
  std::string step;  // empty: of the whole permit
  std::string action;
  std::string by;           // officer or system; empty: the applicant
  bool themselves = false;  // by their own token; else in their name
  std::vector<std::string> documents;
  std::string note;  // the reason of a pause
  std::string more;  // further members of the body, a JSON object
  // Problem codes of what another's command at the same moment may bring about: then it was not
  // done, and what comes after it goes on.
  std::vector<std::string> otherwise;
};

using LoadTrack = std::vector<LoadAct>;    // one after the other
using LoadStage = std::vector<LoadTrack>;  // at once
struct LoadLife {
  std::string submission;    // the body
  std::string submitted_by;  // the action that handing in performs
  std::vector<LoadStage> stages;

  // Leaves it lying somewhere, at another place for each number; of branches each at one of its
  // own.
  void stop_early(int number);
};

// `name` is the external id; every `reachable`-th applicant has an address.
LoadLife kindergarten_life(int number, const std::string& name, int reachable);
// A building permit (tests/sops/pbg.yaml): two departments at work at once, or three; returns
// within a branch, pauses in one, branches that cancel the others, also two at the same moment;
// forks, arrivals and single steps taken back while others act; the bank's fee; withdrawals.
LoadLife building_life(int number, const std::string& name, int reachable);

std::string body_of(const LoadAct& act, const std::string& name);

}  // namespace tenggat::test
