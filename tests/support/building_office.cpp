#include "tests/support/building_office.h"

#include <stdexcept>
#include <string>

#include "tests/support/process.h"

namespace tenggat::test {
namespace fs = std::filesystem;
namespace {

// Everywhere; throws where it is nowhere, so that a changed file is noticed.
void replace(std::string& text, const std::string& from, const std::string& to) {
  auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("pbg.yaml does not say: " + from);
  for (; at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string in_minutes(std::string sop) {
  replace(sop, "\n    waktu: 4d\n", "\n    waktu: 30m\n");
  replace(sop, "\n    waktu: 3d\n", "\n    waktu: 20m\n");
  replace(sop, "\n    waktu: 1d\n", "\n    waktu: 10m\n");
  replace(sop, "\ntotal: 8d 10h 33m ", "\ntotal: 11h 33m ");
  return sop;
}

}  // namespace

void add_building_sops(const fs::path& sops, BuildingPace pace) {
  for (const char* sop : {"pbg.yaml", "keberatan.yaml"})
    fs::copy_file(fs::path(TENGGAT_SOURCE_DIR) / "tests/sops" / sop, sops / sop);
  if (pace == BuildingPace::minutes)
    write_file(sops / "pbg.yaml", in_minutes(read_file(sops / "pbg.yaml")));
}

const std::vector<BuildingOfficer>& building_officers() {
  static const std::vector<BuildingOfficer> officers{
      {"ptr", "Laila Hafizah", "pengkaji_tata_ruang"},
      {"pb", "Bambang Sutrisno", "pengkaji_bangunan"},
      {"pl", "Rudi Hartono", "pengkaji_lingkungan"},
      {"tt", "Fahmi Idris", "tim_teknis"},
      {"ktr", "Maulida Sari", "kabid_tata_ruang"},
      {"kbg", "Yusuf Anwar", "kabid_bangunan"},
      {"kling", "Dian Permata", "kabid_lingkungan"},
      {"tk", "Noor Aini", "tim_keberatan"}};
  return officers;
}

void hire_building_officers(DaemonProcess& daemon) {
  for (const BuildingOfficer& one : building_officers())
    daemon.must({"officer", "add", "--id", one.id, "--name", one.name, "--role", one.role,
                 "--email", std::string(one.id) + "@banjarbaru.example"});
}

std::string bank_token(DaemonProcess& daemon) {
  return daemon.new_token({"--service", "bank", "--scope", "act", "--role", "bank"});
}

}  // namespace tenggat::test
