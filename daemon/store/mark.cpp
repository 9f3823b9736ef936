#include "daemon/store/mark.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <stdexcept>

namespace tenggat::store {
namespace json = boost::json;
namespace {

constexpr int kVersion = 1;

json::array json_of(const NumberCounters& numbers) {
  json::array all;
  for (const auto& [series, last] : numbers)
    all.push_back(json::object{{"sop", series.first}, {"year", series.second}, {"last", last}});
  return all;
}
NumberCounters numbers_of(const json::value& all) {
  NumberCounters numbers;
  for (const json::value& one : all.as_array())
    numbers[{std::string(one.at("sop").as_string()), one.at("year").to_number<int>()}] =
        one.at("last").to_number<std::int64_t>();
  return numbers;
}

template <class Value>
void raise(std::map<Value, std::int64_t>& counters, const std::map<Value, std::int64_t>& by) {
  for (const auto& [of, last] : by) counters[of] = std::max(counters[of], last);
}

std::int64_t at_most(const NumberCounters& numbers, const std::pair<std::string, int>& series) {
  const auto found = numbers.find(series);
  return found == numbers.end() ? 0 : found->second;
}

std::int64_t whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::runtime_error(fmt::format("'{}' is no number", text));
  return number;
}

// Up to `mark`, and the rest; without it the text is no list of gaps.
std::string_view cut(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string_view::npos) throw std::runtime_error("it is no list of numbers");
  const std::string_view before = text.substr(0, at);
  text.remove_prefix(at + mark.size());
  return before;
}

}  // namespace

void Mark::saw(const Witness& witness) {
  std::erase_if(witnesses, [&](const Witness& one) { return one.permit == witness.permit; });
  witnesses.push_back(witness);
  if (witnesses.size() > kWitnesses) witnesses.pop_front();
}

void Mark::take(const Given& found) {
  const bool accepted = found.restores > given.restores;
  if (accepted) witnesses.clear();
  given.identity = found.identity;
  given.restores = found.restores;
  given.incarnation = found.incarnation;
  raise(given.numbers, found.numbers);
  raise(given.sequences, found.sequences);
  given.seal = accepted ? found.seal : std::max(given.seal, found.seal);
  given.office_events =
      accepted ? found.office_events : std::max(given.office_events, found.office_events);
  given.revoked.insert(found.revoked.begin(), found.revoked.end());
  given.ended = found.ended;
}

std::int64_t Mark::upper(const std::pair<std::string, int>& series) const {
  return std::max(at_most(given.numbers, series), at_most(reserved, series));
}

std::string text_of(const Mark& mark) {
  json::object sequences, ended;
  for (const auto& [name, last] : mark.given.sequences) sequences[name] = last;
  for (const auto& [officer, day] : mark.given.ended) ended[officer] = day;
  json::array witnesses;
  for (const Witness& one : mark.witnesses)
    witnesses.push_back(json::object{{"permit", one.permit},
                                     {"event", one.sequence},
                                     {"at", one.at.time_since_epoch().count()}});
  const json::object all{
      {"version", kVersion},
      {"identity", mark.given.identity},
      {"restores", mark.given.restores},
      {"incarnation", mark.given.incarnation},
      {"exact", mark.exact},
      {"numbers", json_of(mark.given.numbers)},
      {"reserved", json_of(mark.reserved)},
      {"sequences", std::move(sequences)},
      {"seal", mark.given.seal},
      {"office_events", mark.given.office_events},
      {"revoked", json::array(mark.given.revoked.begin(), mark.given.revoked.end())},
      {"ended", std::move(ended)},
      {"witnesses", std::move(witnesses)}};
  return json::serialize(all) + "\n";
}

Mark mark_of(std::string_view text) {
  try {
    const json::value all = json::parse(text);
    if (all.at("version").to_number<int>() != kVersion)
      throw std::runtime_error("it is of another version of this program");
    Mark mark;
    mark.given.identity = all.at("identity").as_string();
    mark.given.restores = all.at("restores").to_number<std::int64_t>();
    mark.given.incarnation = all.at("incarnation").as_string();
    mark.exact = all.at("exact").as_bool();
    mark.given.numbers = numbers_of(all.at("numbers"));
    mark.reserved = numbers_of(all.at("reserved"));
    for (const auto& [name, last] : all.at("sequences").as_object())
      mark.given.sequences[std::string(name)] = last.to_number<std::int64_t>();
    mark.given.seal = all.at("seal").to_number<std::int64_t>();
    mark.given.office_events = all.at("office_events").to_number<std::int64_t>();
    for (const json::value& hash : all.at("revoked").as_array())
      mark.given.revoked.emplace(hash.as_string());
    for (const auto& [officer, day] : all.at("ended").as_object())
      mark.given.ended[std::string(officer)] = std::string(day.as_string());
    for (const json::value& one : all.at("witnesses").as_array())
      mark.witnesses.push_back({one.at("permit").to_number<std::int64_t>(),
                                one.at("event").to_number<std::int64_t>(),
                                Instant{Seconds{one.at("at").to_number<std::int64_t>()}}});
    return mark;
  } catch (const std::exception& why) {
    throw std::runtime_error(fmt::format("the mark cannot be read: {}", why.what()));
  }
}

Loss loss_of(const Mark& mark, const Given& found, std::vector<Witness> missing,
             std::set<std::string> revived) {
  Loss loss;
  const bool accepted = found.restores > mark.given.restores;
  const bool unsure = !mark.exact && mark.given.incarnation != found.incarnation;
  // Accepted beside another daemon's mark: what this one may have given counts as given.
  NumberCounters numbers = mark.given.numbers;
  if (accepted && unsure) raise(numbers, mark.reserved);
  for (const auto& [series, given] : numbers) {
    const std::int64_t knows = at_most(found.numbers, series);
    if (knows < given)
      loss.numbers.push_back({series.first, series.second, knows, given, mark.upper(series)});
  }
  loss.revived = std::move(revived);
  // What was accepted as lost is not missed again.
  if (accepted) return loss;
  loss.events = std::move(missing);
  loss.office_events = std::max<std::int64_t>(mark.given.office_events - found.office_events, 0);
  loss.seals = std::max<std::int64_t>(mark.given.seal - found.seal, 0);
  loss.unsure = unsure;
  return loss;
}

std::string words_of(const Loss& loss) {
  std::vector<std::string> all;
  for (const Loss::Numbers& one : loss.numbers)
    all.push_back(fmt::format("{} {}: {} was given, the database knows {}", one.sop, one.year,
                              one.given, one.found));
  if (!loss.events.empty()) all.push_back(fmt::format("changes of {} permits", loss.events.size()));
  if (loss.office_events > 0) all.push_back(fmt::format("{} office events", loss.office_events));
  if (loss.seals > 0) all.push_back(fmt::format("{} seals", loss.seals));
  if (!loss.revived.empty())
    all.push_back(fmt::format("{} revoked keys are good again", loss.revived.size()));
  if (loss.unsure)
    all.push_back(
        "the daemon was cut off and the database is another since: the last second is unknown");
  return fmt::format("{}", fmt::join(all, "; "));
}

std::vector<NumberGap> gaps_of(const Mark& mark, const NumberCounters& found) {
  std::set<std::pair<std::string, int>> series;
  for (const NumberCounters* counters : {&mark.given.numbers, &mark.reserved})
    for (const auto& [one, last] : *counters) series.insert(one);
  std::vector<NumberGap> gaps;
  for (const auto& one : series) {
    const std::int64_t knows = at_most(found, one);
    if (knows < mark.upper(one))
      gaps.push_back({one.first, one.second, knows + 1, mark.upper(one)});
  }
  return gaps;
}

std::string text_of(const std::vector<NumberGap>& gaps) {
  std::vector<std::string> all;
  for (const NumberGap& gap : gaps)
    all.push_back(fmt::format("{} {}: {}-{}", gap.sop, gap.year, gap.first, gap.last));
  return fmt::format("{}", fmt::join(all, "; "));
}

std::vector<NumberGap> number_gaps_of(std::string_view text) {
  std::vector<NumberGap> gaps;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("; "), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 2, text.size()));
    NumberGap gap;
    gap.sop = cut(one, " ");
    gap.year = static_cast<int>(whole_number(cut(one, ": ")));
    gap.first = whole_number(cut(one, "-"));
    gap.last = whole_number(one);
    gaps.push_back(std::move(gap));
  }
  return gaps;
}

}  // namespace tenggat::store
