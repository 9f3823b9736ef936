// What an office needs that has building permits and objections (tests/sops) beside its
// kindergartens: the files, and the people of three departments who work by them.
#pragma once
#include <filesystem>
#include <vector>

#include "tests/support/daemon_process.h"

namespace tenggat::test {

// How long departments have: days, as it is written, or so many minutes, so that a load sees their
// ladders run.
enum class BuildingPace { days, minutes };

// Copies the SOPs into the folder `sops` of an office's rules.
void add_building_sops(const std::filesystem::path& sops, BuildingPace pace = BuildingPace::days);

struct BuildingOfficer {
  const char *id, *name, *role;
};
const std::vector<BuildingOfficer>& building_officers();

// All of them, by email; the SOPs are in force.
void hire_building_officers(DaemonProcess& daemon);
// The token of the bank, a service that acts by itself.
std::string bank_token(DaemonProcess& daemon);

}  // namespace tenggat::test
