// How the composer finds what spoils a round that the database or the program refuses: fewer and
// fewer of the earliest notices are taken on, until one stands alone. Pure: the composer tries and
// says what came of it.
#pragma once
#include <string>
#include <utility>

namespace tenggat::office {

class RoundSearch {
 public:
  explicit RoundSearch(int portion) : portion_(portion) {}

  // So many notices are to be taken on; none: blames() tells.
  int next() const { return over_ ? 0 : portion_; }
  void composed(int settled) {
    settled_ = settled;
    over_ = went_through_ = true;
  }
  void failed(std::string why) {
    why_ = std::move(why);
    portion_ /= 2;
    over_ = portion_ == 0;
  }

  enum class Blame { nobody, notice, daily_job, unknown };
  // `notice`: the earliest is known. `daily_jobs`: some were due in the whole round.
  Blame blames(bool notice, bool daily_jobs) const {
    if (why_.empty() || settled_ > 0) return Blame::nobody;
    // Where fewer went through and there was nothing to settle, it was not a notice.
    if (!went_through_ && notice) return Blame::notice;
    return daily_jobs ? Blame::daily_job : Blame::unknown;
  }
  int settled() const { return settled_; }
  const std::string& why() const { return why_; }  // it failed last

 private:
  int portion_;
  int settled_ = 0;
  bool over_ = false, went_through_ = false;
  std::string why_;
};

}  // namespace tenggat::office
