// What is tried next of work that is written in one piece and may be refused for one part of it.
// Pure: its owner tries what next() gives and says what came of it.
//
//   next() ─▶ settled: nothing is said, and what follows is next
//          ─▶ again(): the same before all else
//          ─▶ refused(): its first half, then its second … until one stands alone
#pragma once
#include <deque>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace tenggat::office {

template <class T>
class Bisection {
 public:
  explicit Bisection(std::vector<T> all) { again(std::move(all)); }

  // Empty: all of it is settled.
  std::vector<T> next() {
    if (pieces_.empty()) return {};
    std::vector<T> piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }
  // Of a piece as next() gave it what is still to be done.
  void again(std::vector<T> piece) {
    if (!piece.empty()) pieces_.push_front(std::move(piece));
  }
  // The one to blame, where it stands alone; it is not tried again.
  std::optional<T> refused(std::vector<T> piece) {
    if (piece.size() == 1) return std::move(piece.front());
    const auto middle = piece.begin() + static_cast<std::ptrdiff_t>(piece.size() / 2);
    again({std::move_iterator(middle), std::move_iterator(piece.end())});
    again({std::move_iterator(piece.begin()), std::move_iterator(middle)});
    return std::nullopt;
  }

 private:
  std::deque<std::vector<T>> pieces_;  // the next first; none is empty
};

}  // namespace tenggat::office
