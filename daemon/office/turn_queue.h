// Work that waits for its turn, by owner. Owners are served one piece each in turn, so a flood of
// one delays only its own; what one owner has waiting stays in its order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
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

  void push(std::int64_t owner, T one) { line_of(owner).push_back(std::move(one)); }
  // Before everything this owner has waiting: for what was taken and could not be done.
  void put_back(std::int64_t owner, T one) { line_of(owner).push_front(std::move(one)); }

  // Up to `most` pieces that are `ready`, which is asked of each in its owner's order; the others
  // keep their places. Who comes next is remembered over calls: an owner with nothing ready is
  // first the next time.
  template <class Ready>
  std::vector<T> take(std::size_t most, Ready ready) {
    std::vector<T> taken;
    std::unordered_map<std::int64_t, std::size_t> kept;  // of each owner's line, from its front
    std::deque<std::int64_t> not_ready;
    while (!turns_.empty() && taken.size() < most) {
      const std::int64_t owner = turns_.front();
      turns_.pop_front();
      const auto line = waiting_.find(owner);
      std::deque<T>& pieces = line->second;
      std::size_t& place = kept[owner];
      while (place < pieces.size() && !ready(pieces[place])) ++place;
      if (place == pieces.size()) {
        not_ready.push_back(owner);
        continue;
      }
      taken.push_back(std::move(pieces[place]));
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(place));
      --size_;
      if (pieces.empty())
        waiting_.erase(line);
      else
        turns_.push_back(owner);
    }
    turns_.insert(turns_.begin(), not_ready.begin(), not_ready.end());
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
  std::deque<T>& line_of(std::int64_t owner) {
    const auto [line, first] = waiting_.try_emplace(owner);
    if (first) turns_.push_back(owner);
    ++size_;
    return line->second;
  }

  std::unordered_map<std::int64_t, std::deque<T>> waiting_;  // no empty ones
  std::deque<std::int64_t> turns_;                           // owners of waiting_, the next first
  std::size_t size_ = 0;
};

}  // namespace tenggat::office
