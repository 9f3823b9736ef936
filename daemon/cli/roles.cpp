#include "daemon/cli/roles.h"

#include <fmt/format.h>

#include <set>

#include "daemon/cli/print.h"
#include "daemon/office/rule_files.h"
#include "daemon/store/people.h"

namespace tenggat::cli {
namespace {

void add_roles(const Sop& sop, std::set<std::string>& duties, std::set<std::string>& applicants) {
  for (const Role& role : sop.roles) (role.applicant ? applicants : duties).insert(role.id);
}

}  // namespace

void check_roles(const std::vector<std::string>& roles, const Office& office,
                 const Config& config) {
  std::set<std::string> duties, applicants;
  for (const Sop* sop : office.rulebook.sops_in_force()) add_roles(*sop, duties, applicants);
  if (const auto files = load_rule_files(config.rules)) {
    for (const Sop& sop : files->sops) add_roles(sop, duties, applicants);
  }
  duties.insert(std::string(store::kAdministratorRole));
  for (const std::string& role : roles) {
    if (applicants.contains(role))
      throw Refused(fmt::format("`{}` is the applicant's role, not an officer's", role));
    if (!store::valid_officer_id(role) || (duties.size() > 1 && !duties.contains(role))) {
      throw Refused(fmt::format("no SOP has a role `{}`; there are: {}", printable(role),
                                fmt::join(duties, ", ")));
    }
  }
}

}  // namespace tenggat::cli
