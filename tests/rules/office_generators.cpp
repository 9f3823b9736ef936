#include "tests/rules/office_generators.h"

#include <fmt/format.h>

namespace tenggat::testing {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string some_roles(Dice& dice, int roles) {
  std::string text = "pelaksana:\n  pemohon: {nama: Pemohon, pemohon: true}\n";
  for (int i = 0; i < roles; ++i) {
    text += fmt::format("  peran{}: {{nama: Peran {}", i, i);
    if (i + 1 < roles && !dice.one_in(4)) text += fmt::format(", atasan: peran{}", i + 1);
    if (i > 0 && dice.one_in(3)) text += fmt::format(", tembusan: peran{}", i - 1);
    if (dice.one_in(5)) text += ", bagi: giliran";
    text += "}\n";
  }
  return text;
}

std::string some_pauses(Dice& dice) {
  std::string text;
  for (int i = dice.upto(3); i > 0; --i) {
    text += fmt::format("  jeda{}: {{nama: jeda {}", i, i);
    if (dice.one_in(2)) text += ", hentikan_layanan: true";
    if (dice.one_in(3)) text += ", kabari_pemohon: true";
    if (dice.one_in(3)) text += ", sampai: wajib";
    if (dice.one_in(2)) text += fmt::format(", paling_lama: {}d", 1 + dice.upto(2));
    if (dice.one_in(2)) text += fmt::format(", perpanjangan: {}", dice.upto(2));
    text += "}\n";
  }
  if (!text.empty()) text = "jeda:\n" + text;
  if (dice.one_in(2)) text += "kendala:\n  cuaca: {nama: cuaca, ingatkan_lagi: 1d}\n";
  return text;
}

// An action of the step, where it leads said by the caller.
std::string some_action(Dice& dice, const std::string& name, const std::string& leads, int step,
                        bool backward) {
  std::string text = fmt::format("      {}: {{{}", name, leads);
  if (backward && !dice.one_in(3))
    text += dice.one_in(2) ? ", catatan: wajib" : ", catatan: kekurangan";
  if (!backward && dice.one_in(6)) text += ", catatan: wajib";
  if (dice.one_in(5)) text += dice.one_in(2) ? ", hasil: pilihan" : ", hasil: refusal";
  if (name != "maju" && dice.one_in(4))
    text += dice.one_in(2) ? ", untuk_hasil: refusal" : ", untuk_hasil: grant";
  if (name != "maju" && dice.one_in(4))
    text += fmt::format(", output: [{{khusus{}: berkas}}]", step);
  return text + "}\n";
}

std::string some_step(Dice& dice, int step, int steps, int roles) {
  const bool applicants = step == 1 || dice.one_in(5);
  std::string text = fmt::format(
      "  - id: langkah{}\n    kegiatan: Langkah {}\n    pelaksana: {}\n    waktu: 10m\n", step,
      step, applicants ? "pemohon" : fmt::format("peran{}", dice.upto(roles - 1)));
  if (!applicants) text += "    tangga: menit\n";
  if (dice.one_in(6)) text += "    jam: claim\n";
  std::vector<std::string> needs;
  if (step == 1 || dice.one_in(4)) needs.push_back("syarat");
  for (int earlier = 1; earlier < step; ++earlier)
    if (dice.one_in(3)) needs.push_back(fmt::format("hasil{}", earlier));
  if (!needs.empty()) text += fmt::format("    kelengkapan: [{}]\n", joined(needs));
  const std::vector<std::string> kinds = {"tanda", "berkas", "berkas_bernomor"};
  text += fmt::format("    output: [{{hasil{}: {}}}]\n    aksi:\n", step,
                      step == 1 ? "tanda" : dice.of(kinds));
  const bool last = step == steps;
  text += some_action(
      dice, "maju", last ? "status: issued" : fmt::format("ke: langkah{}", step + 1), step, false);
  if (step == 1) {
    if (dice.one_in(3)) text += "      gugur: {status: lapsed, otomatis: 2d}\n";
    return text;
  }
  if (dice.one_in(2)) {
    const int ahead = step + 1 + dice.upto(steps - step);
    text += some_action(dice, "lompat",
                        ahead > steps ? "status: rejected" : fmt::format("ke: langkah{}", ahead),
                        step, false);
  }
  if (dice.one_in(2)) {
    const int back = dice.one_in(2) ? 1 : 1 + dice.upto(step - 1);
    text += some_action(dice, "balik",
                        fmt::format("ke: langkah{}{}", back, back == 1 ? ", status: returned" : ""),
                        step, true);
  }
  return text;
}

}  // namespace

std::string some_service(Dice& dice) {
  const int roles = 2 + dice.upto(2), steps = 3 + dice.upto(3);
  std::string text = fmt::format(
      "sop: acak\njudul: Acak\nkalender: banjarbaru\nnomor: \"A-{{tahun}}-{{urut}}\"\n"
      "total: {}m\npimpinan: peran{}\n"
      "layanan: {{waktu: 5d, mulai: langkah2.maju, selesai: [langkah{}.maju]}}\n"
      "dasar_hukum: {{batas: 5d, dasar: UU, akibat: tidak_ada, mulai: langkah2.maju}}\n",
      10 * steps, roles - 1, steps);
  text += some_roles(dice, roles) + some_pauses(dice) + "langkah:\n";
  for (int step = 1; step <= steps; ++step) text += some_step(dice, step, steps, roles);
  if (dice.one_in(2))
    text += fmt::format("penarikan: {{pelaksana: pemohon, sampai: langkah{}}}\n",
                        2 + dice.upto(steps - 2));
  return text +
         "eskalasi:\n  menit:\n    - {pada: start, kepada: [role]}\n"
         "    - {pada: due, kepada: [assignee]}\n    - {pada: +1h, kepada: [superior]}\n";
}

People some_people(Dice& dice, const Sop& sop) {
  std::vector<std::string> roles;
  for (const Role& role : sop.roles)
    if (!role.applicant) roles.push_back(role.id);
  const auto day = [&](int first) { return fmt::format("2026-04-{:02}", first + dice.upto(14)); };
  People people;
  for (int i = 0; i < 6; ++i) {
    Officer officer;
    officer.id = fmt::format("pegawai{}", i);
    officer.roles = {dice.of(roles)};
    if (dice.one_in(3)) officer.roles.push_back(dice.of(roles));
    if (!dice.one_in(6)) officer.whatsapp = fmt::format("6281200{}", i);
    if (dice.one_in(3)) officer.leaves = {{day(1), day(15)}};
    if (dice.one_in(8)) officer.ended = day(10);
    people.officers.push_back(std::move(officer));
  }
  for (int i = dice.upto(3); i > 0; --i) {
    const std::string from = dice.of(people.officers).id, to = dice.of(people.officers).id;
    if (from != to) people.delegations.push_back({i, from, to, "plh", day(1), day(15), "1"});
  }
  return people;
}

}  // namespace tenggat::testing
