#include "tests/support/office_lives.h"

#include <fmt/format.h>

#include <boost/json.hpp>

namespace tenggat::test {
namespace json = boost::json;
namespace {

const std::vector<std::string> kTakenBackOrNot{"undo_by_other", "next_visit_touched",
                                               "undo_window_over", "nothing_to_undo"};
const std::vector<std::string> kAnotherWasFirst{"step_not_open"};

LoadAct act(std::string step, std::string action, std::string by,
            std::vector<std::string> documents = {}, std::string note = "") {
  LoadAct made;
  made.call = "actions";
  made.step = std::move(step);
  made.action = std::move(action);
  made.by = std::move(by);
  made.documents = std::move(documents);
  made.note = std::move(note);
  return made;
}
LoadAct ask(std::string call, std::string step, std::string by, std::string reason = "") {
  LoadAct made;
  made.call = std::move(call);
  made.step = std::move(step);
  made.by = std::move(by);
  made.note = std::move(reason);
  return made;
}
LoadAct in_person(LoadAct made) {
  made.themselves = true;
  return made;
}
LoadAct may_come_late(LoadAct made) {
  made.otherwise = kAnotherWasFirst;
  return made;
}
LoadAct take_back(std::string by) {
  LoadAct made = ask("undo", "", std::move(by));
  made.otherwise = kTakenBackOrNot;
  return made;
}

json::object applicant_of(int number, const std::string& name, int reachable) {
  json::object applicant{{"name", "Pemohon " + name}};
  if (reachable > 0 && number % reachable == 0) {
    if (number / reachable % 2 == 0)
      applicant["email"] = fmt::format("pemohon{}@example.id", number);
    else
      applicant["whatsapp"] = fmt::format("0813{:08}", number);
  }
  return applicant;
}

json::object submission_of(const char* sop, const char* document, const std::string& name,
                           json::object applicant) {
  return {{"sop", sop},
          {"applicant", std::move(applicant)},
          {"subject", "TK " + name},
          {"external_id", name},
          {"documents", json::array{json::object{{"kind", document},
                                                 {"uri", "https://example.go.id/" + name}}}}};
}

LoadTrack kindergarten_track(int number) {
  LoadTrack life;
  const auto add = [&life](LoadAct made) { life.push_back(std::move(made)); };
  if (number % 7 == 3) {
    add(act("verifikasi", "reject", "fo", {}, "Akta belum dilegalisasi"));
    add(act("pengajuan", "submit", "", {"persyaratan_izin_paud"}));
  }
  if (number % 5 == 1) add(ask("claim", "verifikasi", "fo"));
  add(act("verifikasi", "accept", "fo"));
  add(act("penerimaan", "forward", "bo"));
  if (number % 6 == 2) {
    add(ask("pause", "kajian_teknis", "dt", "kunjungan_lapangan"));
    add(ask("resume", "kajian_teknis", "dt"));
  }
  const bool grant = number % 11 != 5;
  add(act("kajian_teknis", grant ? "recommend" : "not_recommend", "dt", {"bapl", "rekomendasi"},
          grant ? "" : "Ruang belajar belum memenuhi syarat"));
  add(act("penyusunan_sk", "draft", "bo", {"draft_sk"}));
  add(act("persetujuan_kabid", "approve", "kb"));
  if (number % 13 == 4) {
    add(act("persetujuan_sekretaris", "return", "s", {}, "Nama lembaga belum sesuai akta"));
    add(act("penyusunan_sk", "draft", "bo", {"draft_sk"}));
    add(act("persetujuan_kabid", "approve", "kb"));
  }
  add(act("persetujuan_sekretaris", "approve", "s"));
  if (grant) {
    add(in_person(act("penandatanganan", "sign", "kd", {"surat_keputusan"})));
    add(act("penerimaan_sk", "receive", ""));
  } else {
    add(in_person(act("penandatanganan", "refuse", "kd", {"surat_penolakan"})));
  }
  return life;
}

// --- building permits ---------------------------------------------------------------------------

// What a department does: its study, and its head's word.
struct Department {
  const char *study, *approval, *reviewer, *head;
};
constexpr Department kPlanning{"kajian_tata_ruang", "persetujuan_tata_ruang", "ptr", "ktr"};
constexpr Department kBuilding{"kajian_bangunan", "persetujuan_bangunan", "pb", "kbg"};
constexpr Department kEnvironment{"kajian_lingkungan", "persetujuan_lingkungan", "pl", "kling"};

LoadAct study(const Department& by) { return act(by.study, "ajukan", by.reviewer, {by.study}); }
LoadAct approval(const Department& by) { return act(by.approval, "setujui", by.head); }

LoadTrack straight(const Department& by) { return {study(by), approval(by)}; }

LoadTrack returned_once(const Department& by) {
  return {study(by), act(by.approval, "kembalikan", by.head, {}, "Dasar hukum keliru"), study(by),
          approval(by)};
}

LoadAct question(const Department& by) {
  LoadAct made = ask("pause", by.study, by.reviewer, "klarifikasi_pemohon");
  made.more = R"({"note":"Denah struktur?","requirement":"gambar_struktur"})";
  return made;
}

LoadTrack paused_once(const Department& by) {
  return {ask("claim", by.study, by.reviewer), question(by), ask("resume", by.study, by.reviewer),
          study(by), approval(by)};
}

// Each step taken back where nobody else came in between, the arrival at the join, too.
LoadTrack hesitating(const Department& by) {
  return {study(by),    take_back(by.reviewer), may_come_late(study(by)),
          approval(by), take_back(by.head),     may_come_late(approval(by))};
}

// Of a track whose branch another may end at any moment.
LoadTrack unsure(LoadTrack track, const std::vector<std::string>& otherwise) {
  for (LoadAct& one : track)
    one.otherwise.insert(one.otherwise.end(), otherwise.begin(), otherwise.end());
  return track;
}

LoadAct to_desk() {
  return may_come_late(act("kajian_tata_ruang", "kembalikan_verifikasi", "ptr", {},
                           "Luas bangunan tidak sesuai dengan gambar"));
}
LoadAct to_applicant() {
  return may_come_late(act("kajian_bangunan", "kembalikan_pemohon", "pb", {},
                           "Gambar rencana belum ditandatangani perencana"));
}

// Two departments, three of a large building.
LoadStage departments(bool large, LoadTrack planning, LoadTrack building, LoadTrack environment) {
  LoadStage stage{std::move(planning), std::move(building)};
  if (large) stage.push_back(std::move(environment));
  return stage;
}
LoadStage all_straight(bool large) {
  return departments(large, straight(kPlanning), straight(kBuilding), straight(kEnvironment));
}

// The file at the departments until each has agreed, or until it is withdrawn (false).
bool review(int number, bool large, const LoadAct& fork, std::vector<LoadStage>& stages) {
  const std::vector<std::string>& late = kAnotherWasFirst;
  switch (number % 7) {
    case 1:
      stages.push_back(departments(large, returned_once(kPlanning), straight(kBuilding),
                                   returned_once(kEnvironment)));
      return true;
    case 2:
      stages.push_back(
          departments(large, straight(kPlanning), paused_once(kBuilding), straight(kEnvironment)));
      return true;
    case 3:  // one department sends it back to the desk while the others work
      stages.push_back(departments(large, {to_desk()}, unsure(paused_once(kBuilding), late),
                                   unsure(straight(kEnvironment), late)));
      stages.push_back({{fork}});
      stages.push_back(all_straight(large));
      return true;
    case 4:  // two send it back at the same moment: one is heard
      stages.push_back(departments(large, {to_desk()}, {to_applicant()},
                                   unsure({question(kEnvironment)}, late)));
      stages.push_back({{may_come_late(act("pengajuan", "kirim", "", {"persyaratan_pbg"})), fork}});
      stages.push_back(all_straight(large));
      return true;
    case 5:
      stages.push_back(departments(large, hesitating(kPlanning), hesitating(kBuilding),
                                   hesitating(kEnvironment)));
      return true;
    case 6:
      if (number % 2 == 0) {  // the applicant thinks better of it while they work
        const std::vector<std::string> over{"terminal_state", "step_not_open"};
        LoadStage stage =
            departments(large, unsure(straight(kPlanning), over), unsure(straight(kBuilding), over),
                        unsure(straight(kEnvironment), over));
        stage.push_back({act("", "withdraw", "")});
        stages.push_back(std::move(stage));
        return false;
      }
      break;
    default:
      break;
  }
  stages.push_back(all_straight(large));
  return true;
}

// After the join.
LoadTrack decision(int number) {
  LoadTrack track;
  const auto add = [&track](LoadAct made) { track.push_back(std::move(made)); };
  if (number % 4 == 3) {
    add(ask("pause", "pemeriksaan_lapangan", "tt", "instansi_lain"));
    add(ask("resume", "pemeriksaan_lapangan", "tt"));
  }
  const bool grant = number % 11 != 5;
  add(act("pemeriksaan_lapangan", grant ? "layak" : "tidak_layak", "tt", {"berita_acara"},
          grant ? "" : "Garis sempadan dilanggar"));
  if (grant) {
    const bool free = number % 3 == 0;
    add(act("penetapan_retribusi", "tetapkan", "bo", {"skrd"}));
    track.back().more = fmt::format(R"({{"fields":{{"retribusi":{}}}}})", free ? 0 : 1500000);
    add(act("persetujuan_retribusi", free ? "bebaskan" : "tagih", "kb"));
    if (!free) {
      add(act("pembayaran", "lunas", "bank"));
      track.back().themselves = true;
    }
  }
  add(act("penyusunan_sk", "kirim_draf", "bo", {"draft_sk"}));
  add(act("persetujuan_kabid", "setujui", "kb"));
  add(in_person(act("penandatanganan", grant ? "tanda_tangani" : "tolak", "kd",
                    {grant ? "surat_keputusan" : "surat_penolakan"})));
  if (grant) add(act("penerimaan_sk", "terima", ""));
  return track;
}

}  // namespace

void LoadLife::stop_early(int number) {
  const auto at = static_cast<std::size_t>(number);
  stages.resize(1 + at % stages.size());
  for (std::size_t i = 0; i < stages.back().size(); ++i) {
    LoadTrack& track = stages.back()[i];
    // Of branches some have arrived.
    const std::size_t places = stages.back().size() > 1 ? track.size() + 1 : track.size();
    track.resize((at / stages.size() + i) % places);
  }
}

std::string body_of(const LoadAct& act, const std::string& name) {
  json::object body;
  if (!act.more.empty()) body = json::parse(act.more).as_object();
  if (!act.step.empty()) body["step"] = act.step;
  if (!act.action.empty()) body["action"] = act.action;
  if (!act.by.empty() && !act.themselves) body["on_behalf_of"] = act.by;
  if (!act.note.empty()) body[act.call == "pause" ? "reason" : "note"] = act.note;
  if (!act.documents.empty()) {
    json::array documents;
    for (const std::string& kind : act.documents)
      documents.push_back(
          json::object{{"kind", kind},
                       {"uri", fmt::format("https://example.go.id/{}/{}.pdf", name, kind)},
                       {"number", fmt::format("503/{}/DPMPTSP/2026", name)}});
    body["documents"] = std::move(documents);
  }
  return json::serialize(body);
}

LoadLife kindergarten_life(int number, const std::string& name, int reachable) {
  return {json::serialize(submission_of("paud", "persyaratan_izin_paud", name,
                                        applicant_of(number, name, reachable))),
          "submit",
          {{kindergarten_track(number)}}};
}

LoadLife building_life(int number, const std::string& name, int reachable) {
  const bool corrected = number % 3 == 1;  // at the desk, to a large one
  const bool large = number % 3 != 0;
  json::object application =
      submission_of("pbg", "persyaratan_pbg", name, applicant_of(number, name, reachable));
  application["fields"] = {{"nik", "6372011234567890"},
                           {"alamat_lokasi", "Jalan Panglima Batur " + name},
                           {"luas_m2", large && !corrected ? 900 : 120},
                           {"lantai", 2},
                           {"fungsi", "hunian"},
                           {"rencana_mulai", "2026-06-01"}};
  LoadLife life{json::serialize(application), "kirim", {}};

  LoadAct fork = act("verifikasi", "terima", "fo");
  if (corrected) fork.more = R"({"fields":{"luas_m2":750},"checked":["identitas","krk"]})";
  LoadTrack desk;
  if (number % 9 == 4) {
    desk.push_back(act("verifikasi", "kembalikan", "fo", {}, "Dokumen belum lengkap"));
    desk.push_back(act("pengajuan", "kirim", "", {"persyaratan_pbg"}));
  }
  desk.push_back(fork);
  life.stages.push_back({std::move(desk)});
  if (number % 5 == 1) {  // taken back, or taken up?
    life.stages.push_back(
        {{take_back("fo")}, {may_come_late(ask("claim", "kajian_tata_ruang", "ptr"))}});
    life.stages.push_back({{may_come_late(fork)}});
  } else if (number % 5 == 3) {
    life.stages.push_back({{take_back("fo"), may_come_late(fork)}});
  }
  if (review(number, large, fork, life.stages)) life.stages.push_back({decision(number)});
  return life;
}

}  // namespace tenggat::test
