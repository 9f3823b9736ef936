// Which messages are claimed, which set out and which are given back, channel by channel; and which
// channels and texts take nothing for now. Pure: the dispatcher claims, sends and records, and says
// what came of it.
//
//   room() ─▶ claimed() ─▶ set_out() ─▶ came_back(), or lost() ─▶ place_is_free() ─▶ set_out() …
#pragma once
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/office/breaker.h"
#include "daemon/store/sending.h"
#include "notifiers/message.h"

namespace tenggat::office {

// A message whose lease we hold; the times are monotonic.
struct HeldMessage {
  store::ClaimedMessage claimed;
  Breaker::Moment since{}, until{};
  notify::SendResult result;  // once it has one
};

// A text by its template, as Meta is asked for it ("tenggat_tahap_v2", "tenggat_tahap_v2 en"); its
// channel's provider may refuse it.
using TextKey = std::pair<notify::Channel, std::string>;
TextKey text_of(notify::Channel channel, const notify::Message& message);

struct SendingBounds {
  std::map<notify::Channel, int> at_once;  // under way
  std::chrono::seconds lease{0};
  std::chrono::seconds exchange{0};  // with less of its lease left, no message sets out
  BreakerOptions breaker;
};

class SendingLanes {
 public:
  using Moment = Breaker::Moment;
  using Change = Breaker::Change;
  explicit SendingLanes(const SendingBounds& bounds);

  std::vector<notify::Channel> channels() const;
  bool is_idle() const;
  bool is_open(notify::Channel channel) const;  // it takes nothing

  // How many may be claimed; none: the channel is full until a place comes free.
  int room(notify::Channel channel, Moment now);
  // Templates whose messages are to stay where they are.
  std::vector<std::string> held_back(notify::Channel channel, Moment now) const;
  // What was asked for `room` gave.
  void claimed(notify::Channel channel, int room, std::vector<store::ClaimedMessage> messages,
               Moment now);
  // There may be more than there was room for.
  bool is_full(notify::Channel channel) const { return lanes_.at(channel).full; }

  // Those that wait, as places are free. At the end, and where too little of the lease is left,
  // they are given back.
  std::vector<HeldMessage> set_out(notify::Channel channel, Moment now, bool stopping);
  const std::vector<store::Fenced>& unsent() const { return unsent_; }
  std::vector<store::Fenced> take_unsent() { return std::exchange(unsent_, {}); }

  // What an attempt has shown of its channel and its text.
  struct Shown {
    Change channel = Change::none, text = Change::none;
  };
  Shown came_back(notify::Channel channel, const HeldMessage& held, Moment now);
  // Nobody knows what came of it.
  void lost(const TextKey& text, Moment now);
  void place_is_free(notify::Channel channel) { --lanes_.at(channel).under_way; }

  // What is to be told of a channel, until it has been.
  Change news(notify::Channel channel) const { return lanes_.at(channel).news; }
  const std::string& reason(notify::Channel channel) const;
  void told(notify::Channel channel, Change news);
  // Of a text.
  std::vector<TextKey> stopped_texts() const;
  Change news(const TextKey& text) const { return texts_.at(text).news; }
  const store::TextOutage& outage(const TextKey& text) const { return texts_.at(text).outage; }
  void told(const TextKey& text, Change news);
  // What a former process, or another, found refused is tried by this one, too.
  void recall(std::vector<store::TextOutage> stopped, Moment now);

  // How long what waits for it is put off, at least a second; nothing where it takes messages.
  std::optional<std::chrono::milliseconds> next_trial(notify::Channel channel, Moment now) const;
  // The same of texts of which none is to be tried now.
  std::vector<std::pair<TextKey, std::chrono::milliseconds>> refused_texts(Moment now) const;

 private:
  struct Lane {
    explicit Lane(BreakerOptions options) : breaker(options) {}
    Breaker breaker;
    Change news = Change::none;  // to be told
    int at_once = 0, under_way = 0;
    std::deque<HeldMessage> waiting;
    // How many may wait, so that a place that comes free is taken at once: grows while all of them
    // set out soon.
    int ahead = 32;
    bool full = false;
  };
  struct StoppedText {
    explicit StoppedText(BreakerOptions options) : breaker(options) {}
    Breaker breaker;
    Change news = Change::none;  // to be told
    store::TextOutage outage;
  };

  Change judge(Lane& lane, const notify::SendResult& result, Moment now);
  Change judge_text(const TextKey& key, const HeldMessage& held, Moment now);
  // False while its text is refused and no trial is due; true begins the trial.
  bool may_set_out(notify::Channel channel, const HeldMessage& held, Moment now);

  const SendingBounds bounds_;
  std::map<notify::Channel, Lane> lanes_;
  std::map<TextKey, StoppedText> texts_;
  std::vector<store::Fenced> unsent_;  // to be given back
};

}  // namespace tenggat::office
