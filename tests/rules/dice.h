// Dice for tests that draw a whole life from one seed.
#pragma once
#include <random>
#include <vector>

namespace tenggat::testing {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}
  int upto(int last) { return std::uniform_int_distribution<int>(0, last)(random_); }
  bool one_in(int n) { return upto(n - 1) == 0; }
  template <class Item>
  const Item& of(const std::vector<Item>& items) {
    return items[static_cast<std::size_t>(upto(static_cast<int>(items.size()) - 1))];
  }

 private:
  std::mt19937 random_;
};

}  // namespace tenggat::testing
