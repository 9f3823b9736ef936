#include "daemon/office/trouble.h"

#include <new>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/pg/schema.h"

namespace tenggat::office {
namespace {

// A failure that lasts, or comes back, is said again this often.
constexpr std::chrono::minutes kSayAgain{1};

// A server that is gone so soon after it could not do its work is gone because of that.
constexpr std::chrono::seconds kDiesOfIt{10};

// Lost sessions and servers that start or stop: what follows from an outage as often as it is one.
bool is_out_of_reach(const pg::Error& outage) {
  return outage.sqlstate_class() == "08" || outage.sqlstate_class() == "57";
}

struct Known {
  std::string_view sqlstate;  // or its class; the first that fits counts
  Words words;
};

constexpr Known kKnown[] = {
    {"53100", {"the database's disk is full", "disk basis data penuh"}},
    {"53200", {"the database is out of memory", "basis data kehabisan memori"}},
    {"53300", {"the database has no connection left", "basis data kehabisan koneksi"}},
    {"53", {"the database has run out of a resource", "basis data kehabisan sumber daya"}},
    {"58", {"the database's disk fails", "disk basis data bermasalah"}},
    {"25006", {"the database is read-only", "basis data hanya dapat dibaca"}},
    {"3D000", {"there is no such database", "basis data tidak ada"}},
    {"28",
     {"the database refuses this role or its password",
      "basis data menolak nama peran atau kata sandi sistem ini"}},
    {"42501",
     {"the database does not let this role in", "basis data tidak memberi hak pada sistem ini"}},
    {pg::kSchemaNewer,
     {"the database's schema is newer than this program",
      "basis data lebih baru daripada program ini"}},
    {pg::kBehindMark,
     {"restored: the database does not know what it has given any more",
      "basis data dipulihkan dan belum diperiksa"}},
    {"57",
     {"the database is starting or stopping", "basis data sedang dijalankan atau dihentikan"}},
};

}  // namespace

Words words_of_outage(std::string_view sqlstate) {
  for (const Known& one : kKnown)
    if (sqlstate.starts_with(one.sqlstate)) return one.words;
  return {"the database cannot be reached", "basis data tidak dapat dihubungi"};
}

std::string in_words(const pg::Error& outage) {
  return std::string(words_of_outage(outage.sqlstate()).english) + " (" + outage.sqlstate() + ")";
}

bool Trouble::worth_a_line(const std::string& failure, std::chrono::nanoseconds now) {
  std::erase_if(lines_, [now](const auto& line) { return now - line.second >= kSayAgain; });
  return lines_.try_emplace(failure, now).second;
}

// Called where a failure has been caught: running out of memory while it is noted ends nothing.
void Trouble::failed(const std::exception& why) try {
  const auto now = Clock::monotonic();
  if (!since_) since_ = now;
  const auto* database = dynamic_cast<const pg::Error*>(&why);
  const bool outage = database && database->is_outage();
  // A full disk makes the server crash: that it is then out of reach is the lesser news.
  if (outage && (outage_.empty() || only_out_of_reach_ || !is_out_of_reach(*database))) {
    outage_ = in_words(*database);
    sqlstate_ = database->sqlstate();
    only_out_of_reach_ = is_out_of_reach(*database);
  }
  if (!worth_a_line(database ? database->sqlstate() : why.what(), now)) {
    ++unsaid_;
    return;
  }
  logged_ = true;
  log_event(outage ? Level::warning : Level::error, "loop_failed",
            {{"loop", loop_},
             {"why", database ? database->message() : std::string(why.what())},
             {"sqlstate", database ? database->sqlstate() : std::string()},
             {"outcome_unknown", database && database->outcome_unknown()},
             {"unsaid", std::exchange(unsaid_, 0)}});
} catch (const std::bad_alloc&) {
  ++unsaid_;
}

void Trouble::succeeded() {
  if (!since_) return;
  if (logged_)
    log_event(
        Level::info, "loop_recovered",
        {{"loop", loop_},
         {"after_ms", std::chrono::duration_cast<std::chrono::milliseconds>(lasting()).count()},
         {"unsaid", std::exchange(unsaid_, 0)}});
  since_.reset();
  outage_.clear();
  sqlstate_.clear();
  only_out_of_reach_ = false;
  logged_ = false;
}

bool Unfit::heard(const pg::Error& error, std::chrono::nanoseconds now) {
  if (is_out_of_reach(error)) {
    if (last_at_ && now - *last_at_ < kDiesOfIt) words_ = last_;
    return false;
  }
  const bool unfit =
      error.sqlstate_class() == "53" || error.sqlstate_class() == "58" || error.is_read_only();
  if (!unfit) return false;
  words_ = last_ = in_words(error);
  last_at_ = now;
  return true;
}

std::chrono::nanoseconds Trouble::lasting() const {
  return since_ ? Clock::monotonic() - *since_ : std::chrono::nanoseconds{};
}

}  // namespace tenggat::office
