// An office that has building permits and objections (tests/sops) beside its kindergartens, with
// the officers and tokens for them.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "tests/e2e/office.h"
#include "tests/support/building_office.h"

namespace tenggat::test {

class BuildingOffice {
 public:
  explicit BuildingOffice(Office& office) : office_(office) {
    office_.use_own_rules();
    add_building_sops(office_.daemon().options().rules / "sop");
  }

  // Puts the rules in force; then who works by them.
  void open() {
    office_.reload();
    EXPECT_TRUE(
        office_.becomes("SELECT count(*) FROM rule_in_force WHERE kind = 'sop'"
                        " AND name IN ('pbg', 'keberatan')",
                        "2"))
        << office_.daemon_log();
    hire_building_officers(office_.daemon());
    for (const char* id :
         {"ptr", "pb", "pl", "tt", "ktr", "kbg", "kling", "tk", "fo", "bo", "kb", "s", "kd"})
      tokens_[id] = office_.daemon().new_token({"--officer", id});
    tokens_["portal"] =
        office_.daemon().new_token({"--service", "portal", "--scope", "intake,act,read"});
    tokens_["bank"] = bank_token(office_.daemon());
  }

  const std::string& token(const std::string& who) const { return tokens_.at(who); }

  boost::json::object post(const std::string& path, const std::string& who,
                           const std::string& body) {
    const HttpAnswer answer =
        office_.exchange(http_request("POST", "/api/v1" + path, tokens_.at(who), "", body));
    EXPECT_LT(answer.status, 300) << path << ' ' << who << ' ' << body << ' ' << answer.body;
    return boost::json::parse(answer.body).as_object();
  }
  // A house of this many square metres.
  boost::json::object submit(int square_metres) {
    return post("/permits", "portal",
                fmt::format(R"({{"sop":"pbg","subject":"Rumah Jalan Panglima Batur 1",
      "applicant":{{"name":"Siti Aminah","whatsapp":"0813 1111 2222"}},
      "documents":[{{"kind":"persyaratan_pbg","uri":"https://berkas.example/1"}}],
      "fields":{{"nik":"6372011234567890","alamat_lokasi":"Jalan Panglima Batur 1","luas_m2":{},
                "lantai":2,"fungsi":"hunian","rencana_mulai":"2026-06-01"}}}})",
                            square_metres));
  }
  // With the files it asks for; `more` of the body begins with a comma.
  void act(const std::string& permit, const std::string& who, const std::string& step,
           const std::string& action, const std::vector<std::string>& files = {},
           const std::string& more = "") {
    boost::json::array documents;
    for (const std::string& kind : files)
      documents.push_back(
          boost::json::object{{"kind", kind},
                              {"uri", "https://berkas.example/" + kind},
                              {"number", kind == "keputusan_keberatan" ? "503/17" : ""}});
    post("/permits/" + permit + "/actions", who,
         fmt::format(R"({{"step":"{}","action":"{}","documents":{}{}}})", step, action,
                     boost::json::serialize(documents), more));
  }

 private:
  Office& office_;
  std::map<std::string, std::string> tokens_;
};

}  // namespace tenggat::test
