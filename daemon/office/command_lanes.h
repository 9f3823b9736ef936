// Which commands go together, and what may be under way beside them. Pure: the committer takes a
// batch for a lane, commits it and says when it is done.
//
// Lanes never meet: a command whose permit or key is in another lane's batch waits for it, and so
// do submissions, which share the counter of numbers; an objection waits for the permit it is
// raised to, too. Callers are served in turn; a batch is in the order of arrival.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/office/turn_queue.h"
#include "rules/permit/batch.h"

namespace tenggat::office {

struct LaneBounds {
  std::size_t queue_max = 0, batch_max = 0;
  std::chrono::milliseconds answer_within{};
};

// What commands must not be decided while others with a part of it are under way elsewhere. The
// requests outlive it.
class Claims {
 public:
  void add(const CommandRequest& request) {
    keys_.insert(key_of(request));
    submissions_ = submissions_ || request.opens();
    if (const auto held = request.holds()) permits_.insert(*held);
  }
  bool has_part_of(const CommandRequest& request) const {
    const auto held = request.holds();
    return keys_.contains(key_of(request)) || (request.opens() && submissions_) ||
           (held && permits_.contains(*held));
  }

 private:
  using Key = std::pair<std::int64_t, std::string_view>;
  static Key key_of(const CommandRequest& request) {
    return {request.idempotency.token, request.idempotency.key};
  }

  std::set<std::int64_t> permits_;
  std::set<Key> keys_;
  bool submissions_ = false;
};

// T points to what has a `request` and the number of its `arrival`.
template <class T>
class CommandLanes {
 public:
  using Moment = std::chrono::nanoseconds;  // monotonic
  // A failover is over by then. What lasts longer is an operator's to mend, and who comes meanwhile
  // is told so at once: the batch that is tried again and again will show when it is over.
  static constexpr std::chrono::seconds kFailover{5};

  CommandLanes(std::size_t lanes, LaneBounds bounds) : bounds_(bounds), lanes_(lanes) {}

  std::size_t waiting() const { return queue_.size(); }
  bool idle() const { return !oldest_begun(); }
  // Whether one more of this token's could be answered in time. `outage`: how long nothing could be
  // written.
  bool has_room(std::int64_t token, Moment now, Moment outage) const {
    if (queue_.size_of(token) + waiting() >= bounds_.queue_max) return false;
    const auto begun = oldest_begun();
    if (!begun) return true;
    if (outage > kFailover) return false;
    const auto pace = std::max(last_took_, now - *begun);
    const std::size_t batches = waiting() / bounds_.batch_max + 1;
    return pace * batches <= bounds_.answer_within;
  }

  void push(const T& one) {
    one->arrival = ++arrivals_;
    queue_.push(one->request.idempotency.token, one);
  }
  void remove(const T& one) { queue_.remove(one->request.idempotency.token, one); }
  // These could not be done yet: they stand in their order before what came later.
  void put_back(const std::vector<T>& some) {
    for (auto one = some.rbegin(); one != some.rend(); ++one)
      queue_.put_back((*one)->request.idempotency.token, *one);
  }

  // The lane's next batch; empty where there is nothing to be done yet.
  std::vector<T> begin(std::size_t lane, Moment now) {
    lanes_[lane].batch = take(lane);
    if (!lanes_[lane].batch.empty()) lanes_[lane].begun = now;
    return lanes_[lane].batch;
  }
  const std::vector<T>& under_way(std::size_t lane) const { return lanes_[lane].batch; }
  // It went the whole way.
  void done(std::size_t lane, Moment now) { last_took_ = now - *lanes_[lane].begun; }
  // What it claimed is free: what had to wait for it may go.
  void leave(std::size_t lane) { lanes_[lane] = {}; }

 private:
  struct Lane {
    std::vector<T> batch;         // under way
    std::optional<Moment> begun;  // when it was taken
  };

  std::optional<Moment> oldest_begun() const {
    std::optional<Moment> oldest;
    for (const Lane& lane : lanes_)
      if (lane.begun && (!oldest || *lane.begun < *oldest)) oldest = lane.begun;
    return oldest;
  }
  std::vector<T> take(std::size_t lane) {
    Claims claims;
    std::size_t largest = 0;
    for (std::size_t other = 0; other < lanes_.size(); ++other) {
      if (other == lane) continue;
      largest = std::max(largest, lanes_[other].batch.size());
      for (const T& one : lanes_[other].batch) claims.add(one->request);
    }
    // A lane does not run after each single command while another has many on the way: the more go
    // together, the less each of them costs, and the other's end is soon. Nor does it wait for as
    // many: of 64 callers the other may have most, and a processor would be idle meanwhile.
    if (waiting() < std::min(largest, bounds_.batch_max) / 2) return {};
    std::vector<T> batch = queue_.take(bounds_.batch_max, [&](const T& one) {
      if (!claims.has_part_of(one->request)) return true;
      // Nor may what comes after it overtake it.
      claims.add(one->request);
      return false;
    });
    std::sort(batch.begin(), batch.end(),
              [](const T& a, const T& b) { return a->arrival < b->arrival; });
    return batch;
  }

  LaneBounds bounds_;
  std::vector<Lane> lanes_;
  TurnQueue<T> queue_;  // by token
  std::uint64_t arrivals_ = 0;
  Moment last_took_{};
};

}  // namespace tenggat::office
