// The rules a decision is made by: services, calendars and people, as they stand now.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/permit/transition.h"

namespace tenggat {

class RuleSource {
 public:
  virtual const Sop* sop_in_force(std::string_view id) const = 0;  // null: no such service
  virtual bool has_version(const std::string& hash) const = 0;
  virtual const Sop& sop_version(const std::string& hash) const = 0;  // must be there
  virtual std::vector<const Sop*> sops_in_force() const = 0;
  virtual const Sop& canarys_sop() const = 0;               // the daemon's own, in no list
  virtual bool is_retired(std::string_view sop) const = 0;  // it takes no new applications
  virtual const std::string& calendar_version(const std::string& calendar) const = 0;
  virtual const People& people() const = 0;
  // With its own people: the office's but for the canary.
  virtual Context context(const Sop& sop, Instant now) const = 0;

 protected:
  ~RuleSource() = default;
};

}  // namespace tenggat
