// Who changes something of the office: whom its record names (office_chain.h).
#pragma once
#include <string>
#include <utility>

namespace tenggat::store {

// Who changes something, as the record names them. No aggregate: GCC 12 destroys such a temporary
// inside a co_await expression twice.
class By {
 public:
  explicit By(std::string who) : who_(std::move(who)) {}
  static By officer(const std::string& id) { return By("officer:" + id); }
  static By system() { return By("system"); }  // the daemon by itself
  // Who works on the database from the machine.
  static By at_machine(const std::string& user) { return By("operator:" + user); }
  const std::string& who() const { return who_; }
  std::string name() const { return who_.substr(who_.find(':') + 1); }  // without what they are

 private:
  std::string who_;
};

}  // namespace tenggat::store
