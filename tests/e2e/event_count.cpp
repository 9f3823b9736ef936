#include "tests/e2e/event_count.h"

#include <boost/json.hpp>
#include <ctime>
#include <iomanip>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace tenggat::test {
namespace {

namespace json = boost::json;

struct Event {
  long permit = 0, sequence = 0;
  std::string type;
  int visit = 0;
  std::string at;  // local, "2026-03-02T08:10:00"; so are all instants here: they compare as texts
  json::object fields;

  std::string field(const char* name) const {
    const json::value* value = fields.if_contains(name);
    return value ? json::value_to<std::string>(*value) : "";
  }
};

std::vector<Event> events_of(const Office& office) {
  std::vector<Event> events;
  for (const std::string& row : office.column(
           "SELECT permit || '|' || sequence || '|' || type || '|' || visit || '|' ||"
           " to_char(at AT TIME ZONE 'Asia/Makassar', 'YYYY-MM-DD\"T\"HH24:MI:SS') || '|' || fields"
           " FROM event ORDER BY permit, sequence")) {
    std::istringstream parts(row);
    std::string permit, sequence, visit, fields;
    Event event;
    std::getline(parts, permit, '|');
    std::getline(parts, sequence, '|');
    std::getline(parts, event.type, '|');
    std::getline(parts, visit, '|');
    std::getline(parts, event.at, '|');
    std::getline(parts, fields);
    event.permit = std::stol(permit);
    event.sequence = std::stol(sequence);
    event.visit = std::stoi(visit);
    event.fields = json::parse(fields).as_object();
    events.push_back(std::move(event));
  }
  return events;
}

std::string local_of(const std::string& rfc3339) { return rfc3339.substr(0, 19); }

const std::set<std::string> kReturns{"reject", "return", "report_error"};

// Rungs that go to a superior, by the ladders of docs/reference.md, PAUD.
bool goes_up(bool of_case, const std::string& step, const std::string& rung) {
  if (of_case) return rung == "80%" || rung == "due" || rung == "+1d";
  if (step == "kajian_teknis") return rung == "due" || rung == "+1d";
  return rung == "+1h" || rung == "+1d";
}

// Two minutes before a local instant, as a text.
std::string undo_window_before(const std::string& local) {
  std::tm parts{};
  std::istringstream(local) >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
  const std::time_t before = timegm(&parts) - 120;
  std::ostringstream text;
  text << std::put_time(gmtime(&before), "%Y-%m-%dT%H:%M:%S");
  return text.str();
}

class PermitCount {
 public:
  PermitCount(EventCounts& counts, std::string settled_until)
      : counts_(counts), settled_until_(std::move(settled_until)) {}

  void count(const std::vector<Event>& events) {
    for (const Event& event : events)
      if (event.type == "undone") taken_back_.insert(std::stol(event.field("event")));
    for (const Event& event : events) take(event);
    for (const auto& [visit, at] : missed_)
      add(visit == 0 ? "missed" : "step_missed " + steps_.at(visit), at);
  }

 private:
  void add(const std::string& what, const std::string& at) {
    ++counts_[what + ' ' + at.substr(0, 7)];
  }

  void take(const Event& event) {
    if (event.type == "submitted") {
      add("masuk", event.at);
      steps_[1] = "pengajuan";
    } else if (event.type == "deadline_missed") {
      missed_[event.visit] = local_of(event.field("counted_at"));
    } else if (event.type == "acknowledged") {
      explained_[event.visit] = {event.at, local_of(event.field("until"))};
    } else if (event.type == "rung_raised") {
      raised(event);
    } else if (event.type == "escalated") {
      add("escalations now", event.at);
    } else if (event.type == "confirmed") {
      if (in_time_.contains(event.visit)) missed_.erase(event.visit);
    } else if (event.type == "acted") {
      // Visits are numbered as they open, also those whose opening is taken back.
      if (const std::string to = event.field("to"); !to.empty())
        steps_[static_cast<int>(steps_.size()) + 1] = to;
      if (!taken_back_.contains(event.sequence)) acted(event);
    }
  }

  void acted(const Event& event) {
    const std::string action = event.field("action");
    const std::string step = steps_[event.visit];
    const std::string when =
        event.field("occurred_at").empty() ? event.at : local_of(event.field("occurred_at"));
    if (event.at > settled_until_) return;
    if (action == "withdraw") return add("ditarik", when);
    if (is_in_time(event.visit, when)) in_time_.insert(event.visit);
    if (step != "pengajuan" && step != "penerimaan_sk") add("completions " + step, when);
    if (kReturns.contains(action)) add("returns " + step, when);
    if ((action != "sign" && action != "refuse") || std::exchange(decided_, true)) return;
    add(action == "sign" ? "terbit" : "ditolak", when);
    if (!missed_.contains(0)) add("met", when);
  }

  // Done in time and entered late: the breach never was, once a superior has confirmed it.
  bool is_in_time(int visit, const std::string& when) const {
    const auto breach = missed_.find(visit);
    return breach != missed_.end() && when < breach->second;
  }

  void raised(const Event& event) {
    const std::string rung = event.field("rung");
    if (!goes_up(event.visit == 0, event.visit ? steps_.at(event.visit) : "", rung)) return;
    const auto said = explained_.find(event.visit);
    const bool answered = said != explained_.end() && event.field("k") != "1" &&
                          said->second.first <= event.at && event.at < said->second.second;
    if (!answered) add("escalations " + rung, event.at);
  }

  EventCounts& counts_;
  std::string settled_until_;
  std::set<long> taken_back_;
  std::set<int> in_time_;              // visits, as their late entries have it
  std::map<int, std::string> steps_;   // of visits
  std::map<int, std::string> missed_;  // by visit, 0 the case: when it counted
  std::map<int, std::pair<std::string, std::string>> explained_;  // from, until
  bool decided_ = false;
};

}  // namespace

EventCounts count_events(const Office& office, const std::string& local) {
  std::map<long, std::vector<Event>> of_permit;
  for (Event& event : events_of(office)) of_permit[event.permit].push_back(std::move(event));
  EventCounts counts;
  const std::string settled_until = undo_window_before(local);
  for (const auto& [permit, events] : of_permit) PermitCount(counts, settled_until).count(events);
  return counts;
}

int total(const EventCounts& counts, const std::string& what) {
  int sum = 0;
  for (const auto& [key, count] : counts)
    if (key.substr(0, key.rfind(' ')) == what) sum += count;
  return sum;
}

}  // namespace tenggat::test
