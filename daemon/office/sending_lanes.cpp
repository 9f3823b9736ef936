#include "daemon/office/sending_lanes.h"

#include <algorithm>
#include <ranges>

namespace tenggat::office {
namespace {

// The most that wait for a place of a channel, and how long they may before fewer are claimed.
constexpr int kAheadMax = 256;
constexpr std::chrono::seconds kWaitedTooLong{1};

std::chrono::milliseconds until_trial(const Breaker& breaker, Breaker::Moment now) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::max(breaker.next_trial() - now, Breaker::Moment(std::chrono::seconds(1))));
}

}  // namespace

TextKey text_of(notify::Channel channel, const notify::Message& message) {
  std::string name =
      message.template_name.empty() ? "tenggat_" + message.text_id : message.template_name;
  // Meta approves each language by itself: that one is missing says nothing of the others.
  if (message.language != "id") name += " " + message.language;
  return {channel, std::move(name)};
}

SendingLanes::SendingLanes(const SendingBounds& bounds) : bounds_(bounds) {
  for (const auto& [channel, at_once] : bounds_.at_once)
    lanes_.try_emplace(channel, bounds_.breaker).first->second.at_once = at_once;
}

std::vector<notify::Channel> SendingLanes::channels() const {
  const auto keys = std::views::keys(lanes_);
  return {keys.begin(), keys.end()};
}

bool SendingLanes::is_idle() const {
  return std::ranges::all_of(lanes_, [](const auto& one) {
    return one.second.under_way == 0 && one.second.waiting.empty();
  });
}

bool SendingLanes::is_open(notify::Channel channel) const {
  return lanes_.at(channel).breaker.is_open();
}

const std::string& SendingLanes::reason(notify::Channel channel) const {
  return lanes_.at(channel).breaker.reason();
}

// --- claiming ------------------------------------------------------------------------------------

int SendingLanes::room(notify::Channel channel, Moment now) {
  Lane& lane = lanes_.at(channel);
  int room = 0;
  // A channel that takes nothing has room for one: its trial.
  if (lane.breaker.may_try(now))
    room = lane.breaker.is_open()
               ? 1
               : lane.at_once + lane.ahead - lane.under_way - static_cast<int>(lane.waiting.size());
  lane.full = room <= 0;
  return std::max(room, 0);
}

std::vector<std::string> SendingLanes::held_back(notify::Channel channel, Moment now) const {
  std::vector<std::string> templates;
  for (const auto& [key, text] : texts_)
    if (key.first == channel && !text.breaker.may_try(now)) templates.push_back(key.second);
  return templates;
}

void SendingLanes::claimed(notify::Channel channel, int room,
                           std::vector<store::ClaimedMessage> messages, Moment now) {
  Lane& lane = lanes_.at(channel);
  lane.full = static_cast<int>(messages.size()) == room;
  if (lane.full && lane.waiting.empty()) lane.ahead = std::clamp(2 * lane.ahead, 8, kAheadMax);
  for (store::ClaimedMessage& message : messages)
    lane.waiting.push_back({std::move(message), now, now + bounds_.lease, {}});
  if (lane.breaker.is_open() && !lane.waiting.empty()) lane.breaker.trying();
}

// --- setting out ---------------------------------------------------------------------------------

std::vector<HeldMessage> SendingLanes::set_out(notify::Channel channel, Moment now, bool stopping) {
  Lane& lane = lanes_.at(channel);
  std::vector<HeldMessage> going;
  while (!lane.waiting.empty() && (stopping || lane.under_way < lane.at_once)) {
    HeldMessage next = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    if (now - next.since > kWaitedTooLong) lane.ahead = 0;
    if (stopping || next.until - now < bounds_.exchange || !may_set_out(channel, next, now)) {
      unsent_.push_back({next.claimed.id, next.claimed.fence});
      lane.breaker.not_tried(now);
      continue;
    }
    ++lane.under_way;
    going.push_back(std::move(next));
  }
  return going;
}

bool SendingLanes::may_set_out(notify::Channel channel, const HeldMessage& held, Moment now) {
  const auto known = texts_.find(text_of(channel, held.claimed.message));
  if (known == texts_.end() || !known->second.breaker.is_open()) return true;
  if (!known->second.breaker.may_try(now)) return false;
  known->second.breaker.trying();
  return true;
}

// --- coming back ---------------------------------------------------------------------------------

SendingLanes::Shown SendingLanes::came_back(notify::Channel channel, const HeldMessage& held,
                                            Moment now) {
  return {judge(lanes_.at(channel), held.result, now),
          judge_text(text_of(channel, held.claimed.message), held, now)};
}

SendingLanes::Change SendingLanes::judge(Lane& lane, const notify::SendResult& result, Moment now) {
  const Change change = lane.breaker.record(result, now);
  if (change == Change::none) return change;
  lane.news = change;
  if (change == Change::opened) {
    for (const HeldMessage& held : lane.waiting)
      unsent_.push_back({held.claimed.id, held.claimed.fence});
    lane.waiting.clear();
    lane.ahead = 0;
  }
  return change;
}

// What became of it says something of its text where that is refused, or was.
SendingLanes::Change SendingLanes::judge_text(const TextKey& key, const HeldMessage& held,
                                              Moment now) {
  using notify::Outcome;
  const Outcome outcome = held.result.outcome;
  const bool refused = outcome == Outcome::text_stopped;
  auto known = texts_.find(key);
  if (known == texts_.end()) {
    if (!refused) return Change::none;
    known = texts_.try_emplace(key, bounds_.breaker).first;
  }
  StoppedText& text = known->second;
  const bool taken = outcome == Outcome::accepted || outcome == Outcome::permanent ||
                     outcome == Outcome::permanent_for_person;
  if (!refused && !taken) {
    text.breaker.not_tried(now);
    return Change::none;
  }
  notify::SendResult result = held.result;
  if (refused) {
    result.outcome = Outcome::channel_stopped;  // to this breaker the text is all there is
    text.outage = {key.first, key.second, held.claimed.message.text_id, result.reason,
                   result.detail};
  }
  const Change change = text.breaker.record(result, now);
  if (change != Change::none) text.news = change;
  return change;
}

void SendingLanes::lost(const TextKey& text, Moment now) {
  lanes_.at(text.first).breaker.not_tried(now);
  if (const auto found = texts_.find(text); found != texts_.end())
    found->second.breaker.not_tried(now);
}

// --- what is told, and what is put off -----------------------------------------------------------

void SendingLanes::told(notify::Channel channel, Change news) {
  Lane& lane = lanes_.at(channel);
  if (lane.news == news) lane.news = Change::none;
}

std::vector<TextKey> SendingLanes::stopped_texts() const {
  const auto keys = std::views::keys(texts_);
  return {keys.begin(), keys.end()};
}

void SendingLanes::told(const TextKey& key, Change news) {
  StoppedText& text = texts_.at(key);
  if (text.news == news) text.news = Change::none;
  if (text.news == Change::none && !text.breaker.is_open()) texts_.erase(key);
}

void SendingLanes::recall(std::vector<store::TextOutage> stopped, Moment now) {
  for (store::TextOutage& one : stopped) {
    const auto [text, fresh] =
        texts_.try_emplace({one.channel, one.text_template}, bounds_.breaker);
    if (!fresh) continue;
    text->second.breaker.presume_open(now);
    text->second.outage = std::move(one);
  }
}

std::optional<std::chrono::milliseconds> SendingLanes::next_trial(notify::Channel channel,
                                                                  Moment now) const {
  const Breaker& breaker = lanes_.at(channel).breaker;
  return breaker.is_open() ? std::optional(until_trial(breaker, now)) : std::nullopt;
}

std::vector<std::pair<TextKey, std::chrono::milliseconds>> SendingLanes::refused_texts(
    Moment now) const {
  std::vector<std::pair<TextKey, std::chrono::milliseconds>> refused;
  for (const auto& [key, text] : texts_)
    if (text.breaker.is_open() && !text.breaker.may_try(now))
      refused.emplace_back(key, until_trial(text.breaker, now));
  return refused;
}

}  // namespace tenggat::office
