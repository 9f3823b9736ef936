// A small office for tests: the SOP and calendar that ship, one officer a role, permits made by the
// core.
#pragma once
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "daemon/store/permits.h"
#include "rules/permit/transition.h"
#include "rules/sop/load_sop.h"
#include "tests/rules/calendars.h"

namespace tenggat::testing {

inline Sop paud() {
  std::ifstream file(TENGGAT_SOURCE_DIR "/rules/office/sop/paud.yaml");
  std::ostringstream text;
  text << file.rdbuf();
  Sop sop = load_sop({"paud.yaml", text.str()}).value();
  sop.version = std::string(64, 'a');
  return sop;
}

inline People staff() {
  People people;
  const auto add = [&](std::string id, std::string role) {
    people.officers.push_back({id, id, id + "@example.go.id", "", {std::move(role)}, {}, ""});
  };
  add("fo", "front_office");
  add("bo", "back_office");
  add("dt", "dinas_teknis");
  add("kb", "kabid_perizinan");
  add("s", "sekretaris");
  add("kd", "kepala_dinas");
  add("kdt", "kepala_dinas_teknis");
  return people;
}

// One permit on its way through the SOP.
class Office {
 public:
  const Sop sop = paud();
  const Calendar calendar = banjarbaru();
  People people = staff();
  store::StoredPermit stored;

  // Thu 2 April 2026 14:00, handed in by the service "portal".
  void hand_in() {
    NewPermit permit;
    permit.id = 7000000000000001;
    permit.number = "PAUD-2026-00001";
    permit.subject = "PAUD Melati";
    permit.external_id = "web-17";
    permit.created_by = "portal";
    permit.started_at = at("2026-04-02T13:20:00+08:00");
    permit.documents = {{"persyaratan_izin_paud", "", "https://berkas.example/1", "", ""}};
    stored.permit = open_permit(permit, context("2026-04-02T14:00:00+08:00")).value().after;
    stored.applicant = {"Siti", "siti@example.org", "6281234567890"};
    stored.tracking_seed = "rahasia";
    stored.fields = R"({"kelas":3})";
  }
  void does(const std::string& officer, const Command& command, std::string_view when) {
    const Actor actor{Actor::Kind::officer, officer, ""};
    stored.permit = decide(stored.permit, actor, command, context(when)).value().after;
  }
  void accept_and_forward() {
    does("fo", act("verifikasi", "accept"), "2026-04-02T14:08:00+08:00");
    does("bo", act("penerimaan", "forward"), "2026-04-02T14:15:00+08:00");
  }
  Context context(std::string_view when) const {
    return {sop, calendar, people, at(when), SendRules{}};
  }
  static Act act(std::string step, std::string action) {
    Act one;
    one.step = std::move(step);
    one.action = std::move(action);
    return one;
  }
};

}  // namespace tenggat::testing
