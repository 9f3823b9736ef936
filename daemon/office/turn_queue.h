// Work that waits for its turn, by owner. Owners are served one piece each in turn, so a flood of
// one delays only its own; what one owner has waiting stays in its order.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tenggat::office {

template <class T>
class TurnQueue {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t size_of(std::int64_t owner) const {
    const auto found = waiting_.find(owner);
    return found == waiting_.end() ? 0 : found->second.size();
  }

  void push(std::int64_t owner, T one) {
    put(owner, [&](std::deque<T>& line) { line.push_back(std::move(one)); });
  }
  // Before everything this owner has waiting: for what was taken and could not be done.
  void put_back(std::int64_t owner, T one) {
    put(owner, [&](std::deque<T>& line) { line.push_front(std::move(one)); });
  }

  // Up to `most` pieces that are `ready`, which is asked of each in its owner's order; the others
  // keep their places. Who comes next is remembered over calls: an owner with nothing ready is
  // first the next time.
  template <class Ready>
  std::vector<T> take(std::size_t most, Ready ready) {
    std::vector<T> taken;
    taken.reserve(std::min(most, size_));
    std::unordered_map<std::int64_t, std::size_t> kept;  // of each owner's line, from its front
    std::size_t not_ready = 0;                           // of turns_, from its front
    try {
      while (not_ready < turns_.size() && taken.size() < most)
        take_one(taken, kept, not_ready, ready);
    } catch (const std::bad_alloc&) {
      if (taken.empty()) throw;  // else what was taken is taken
    }
    return taken;
  }
  std::vector<T> take(std::size_t most) {
    return take(most, [](const T&) { return true; });
  }

  // False where it does not wait here.
  bool remove(std::int64_t owner, const T& one) {
    const auto line = waiting_.find(owner);
    if (line == waiting_.end() || std::erase(line->second, one) == 0) return false;
    --size_;
    if (line->second.empty()) {
      waiting_.erase(line);
      std::erase(turns_, owner);
    }
    return true;
  }

 private:
  // Changes nothing where memory runs out.
  template <class Ready>
  void take_one(std::vector<T>& taken, std::unordered_map<std::int64_t, std::size_t>& kept,
                std::size_t& not_ready, Ready& ready) {
    const std::int64_t owner = turns_[not_ready];
    const auto line = waiting_.find(owner);
    std::deque<T>& pieces = line->second;
    std::size_t& place = kept[owner];
    while (place < pieces.size() && !ready(pieces[place])) ++place;
    if (place == pieces.size()) {
      ++not_ready;
      return;
    }
    const bool last = pieces.size() == 1;
    if (!last) turns_.push_back(owner);
    turns_.erase(turns_.begin() + static_cast<std::ptrdiff_t>(not_ready));
    taken.push_back(std::move(pieces[place]));
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(place));
    --size_;
    if (last) waiting_.erase(line);
  }
  // All or nothing.
  template <class Put>
  void put(std::int64_t owner, Put into) {
    const auto [line, first] = waiting_.try_emplace(owner);
    try {
      if (first) turns_.push_back(owner);
      into(line->second);
    } catch (...) {
      if (first) {
        std::erase(turns_, owner);
        waiting_.erase(line);
      }
      throw;
    }
    ++size_;
  }

  std::unordered_map<std::int64_t, std::deque<T>> waiting_;  // no empty ones
  std::deque<std::int64_t> turns_;                           // owners of waiting_, the next first
  std::size_t size_ = 0;
};

}  // namespace tenggat::office
