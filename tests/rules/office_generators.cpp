#include "tests/rules/office_generators.h"

#include <fmt/format.h>

#include <algorithm>

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
  if (dice.one_in(8)) text += ", hadir_sendiri: true";
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
  // What several steps bring, each under the name of its own.
  const bool shared = step > 1 && dice.one_in(4);
  text += fmt::format("    output: [{{hasil{}: {}}}{}]\n    aksi:\n", step,
                      step == 1 ? "tanda" : dice.of(kinds), shared ? ", {bersama: berkas}" : "");
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

// Steps in a row, blocks among them; what may be wrong with them is thrown in.
class BlockWriter {
 public:
  explicit BlockWriter(Dice& dice) : dice_(dice) {}

  std::string text() {
    const std::vector<Node> nodes = sequence(2 + dice_.upto(2), 0, "", {});
    std::string all =
        "sop: acak\njudul: Acak\nkalender: banjarbaru\nnomor: \"A-{tahun}-{urut}\"\n"
        "pelaksana:\n  pemohon: {nama: Pemohon, pemohon: true}\n  peran0: {nama: Peran 0, atasan: "
        "peran1}\n  peran1: {nama: Peran 1}\n"
        "isian:\n  - {id: a, label: A, jenis: angka, min: 0, maks: 10, wajib: true}\n"
        "  - {id: b, label: B, jenis: ya_tidak, wajib: true}\n"
        "langkah:\n  - {id: masuk, kegiatan: Masuk, pelaksana: pemohon, waktu: 10m, aksi: {kirim: "
        "{ke: " +
        nodes.front().id + "}}}\n";
    for (const Node& node : nodes) all += node.text();
    return all;
  }

 private:
  struct Node {
    std::string id, role;
    bool joins = false, sets = false;
    std::vector<std::string> needs, actions;

    std::string text() const {
      std::string all = fmt::format(
          "  - id: {0}\n    kegiatan: {0}\n    pelaksana: {1}\n    waktu: 10m\n"
          "    output: [{{tanda_{0}: tanda}}]\n",
          id, role);
      if (joins) all += "    gabung: true\n";
      if (sets) all += "    isian: [a]\n";
      if (!needs.empty()) all += fmt::format("    kelengkapan: [{}]\n", fmt::join(needs, ", "));
      all += "    aksi:\n";
      for (const std::string& action : actions) all += "      " + action + "\n";
      return all;
    }
  };

  std::string name() { return fmt::format("l{}", ++steps_); }
  std::string role() { return fmt::format("peran{}", dice_.upto(1)); }
  std::string condition() {
    static const std::vector<std::string> all = {"{a: {lebih_dari: 5}}", "{a: {paling_banyak: 5}}",
                                                 "{b: {sama_dengan: ya}}", "{b: {bukan: ya}}"};
    return dice_.of(all);
  }

  // `before`: steps outside, in front of the blocks that this lies in, the innermost last.
  std::vector<Node> sequence(int length, int depth, const std::string& next,
                             const std::vector<std::string>& before) {
    std::vector<std::string> ids;
    std::vector<bool> blocks;
    for (int i = 0; i < length; ++i) {
      ids.push_back(name());
      blocks.push_back(depth < 2 && steps_ < 12 && dice_.one_in(2));
    }
    std::vector<Node> nodes;
    std::vector<std::string> done;  // of this row
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::string after = i + 1 < ids.size() ? ids[i + 1] : next;
      Node node{ids[i], role(), false, dice_.one_in(4), {}, {}};
      if (!done.empty() && dice_.one_in(4)) node.needs.push_back("tanda_" + dice_.of(done));
      std::vector<std::string> outside = before;
      outside.push_back(ids[i]);
      if (blocks[i])
        add_block(nodes, node, after, depth, outside);
      else
        add_ways_on(node, after);
      add_ways_back(nodes.empty() || !blocks[i] ? node : node_of(nodes, ids[i]), done, before);
      if (!blocks[i]) nodes.push_back(node);
      done.push_back(ids[i]);
    }
    return nodes;
  }

  static Node& node_of(std::vector<Node>& nodes, const std::string& id) {
    return *std::find_if(nodes.begin(), nodes.end(),
                         [&](const Node& node) { return node.id == id; });
  }

  void add_ways_on(Node& node, const std::string& next) {
    const std::string leads = next.empty() ? "status: issued" : "ke: " + next;
    if (!dice_.one_in(9)) {
      node.actions.push_back(fmt::format("maju: {{{}}}", leads));
      return;
    }
    // Two ways, by conditions that may leave a gap.
    node.actions.push_back(fmt::format("maju: {{{}, bila: {}}}", leads, condition()));
    node.actions.push_back(fmt::format("lain: {{{}, bila: {}}}", leads, condition()));
  }

  void add_ways_back(Node& node, const std::vector<std::string>& done,
                     const std::vector<std::string>& before) {
    if (!done.empty() && dice_.one_in(3))
      node.actions.push_back(fmt::format("balik: {{ke: {}}}", dice_.of(done)));
    if (!before.empty() && dice_.one_in(5))
      node.actions.push_back(
          dice_.one_in(2)
              ? fmt::format("batal: {{ke: {}, batalkan_cabang: true}}", dice_.of(before))
              : "batal: {status: rejected, batalkan_cabang: true}");
    if (before.empty() && dice_.one_in(6)) node.actions.push_back("tolak: {status: rejected}");
  }

  void add_block(std::vector<Node>& nodes, Node& fork, const std::string& next, int depth,
                 const std::vector<std::string>& outside) {
    Node join{name(), role(), true, false, {}, {}};
    std::vector<std::string> leads;
    std::vector<Node> inside;
    const bool chosen = dice_.one_in(4);
    for (int i = 2 + dice_.upto(1); i > 0; --i) {
      const std::vector<Node> branch = sequence(1 + dice_.upto(1), depth + 1, join.id, outside);
      const bool conditional = dice_.one_in(4);
      leads.push_back(conditional
                          ? fmt::format("{{langkah: {}, bila: {}}}", branch.front().id, condition())
                          : branch.front().id);
      if (dice_.one_in(9)) join.needs.push_back("tanda_" + branch.back().id);
      inside.insert(inside.end(), branch.begin(), branch.end());
    }
    if (dice_.one_in(6)) leads.push_back(join.id);
    fork.actions.push_back(
        fmt::format("buka: {{{}: [{}]}}", chosen ? "ke_pilihan" : "ke", fmt::join(leads, ", ")));
    add_ways_on(join, next);
    nodes.push_back(fork);
    nodes.insert(nodes.end(), inside.begin(), inside.end());
    nodes.push_back(join);
  }

  Dice& dice_;
  int steps_ = 0;
};

}  // namespace

std::string some_service_with_blocks(Dice& dice) { return BlockWriter(dice).text(); }

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
