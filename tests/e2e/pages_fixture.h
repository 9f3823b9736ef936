// The pages over HTTP, as a browser without script uses them: a real daemon, PostgreSQL and mail.
#pragma once
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <regex>

#include "tests/e2e/office.h"
#include "tests/support/browser.h"

namespace tenggat::test {

class PagesTest : public testing::Test {
 protected:
  // `configuration`: further lines of the daemon's file.
  explicit PagesTest(const std::string& configuration = "")
      : office_("2026-04-02T14:00:00", configuration) {}

  struct File {
    std::string number, path;  // path: of the tracking page
  };

  File submitted(const std::string& subject = "PAUD Melati", const std::string& name = "Aminah") {
    const boost::json::value answer = office_.json(
        {"permit", "submit", "--sop", "paud", "--name", name, "--subject", subject, "--whatsapp",
         "0813 1111 2222", "--document", "persyaratan_izin_paud=https://intanbjb.example/berkas/1"},
        "portal");
    const std::string url(answer.at("tracking_url").as_string());
    return {std::string(answer.at("number").as_string()), url.substr(url.find("/lacak/"))};
  }
  void act(const std::string& who, const File& file, const std::string& step,
           const std::string& action, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"permit", "act", file.number, action, "--step", step};
    arguments.insert(arguments.end(), more.begin(), more.end());
    office_.json(arguments, who);
  }
  // To the drafting of the decision, with this word of the technical department.
  void to_draft(const File& file, const std::string& review) {
    act("fo", file, "verifikasi", "accept");
    act("bo", file, "penerimaan", "forward");
    act("dt", file, "kajian_teknis", review,
        {"--note", "Ruang kurang", "--document", "bapl=https://x.example/b", "--document",
         "rekomendasi=https://x.example/r"});
  }
  void refusal_at(const std::string& step, const File& file) {
    to_draft(file, "not_recommend");
    act("bo", file, "penyusunan_sk", "draft", {"--document", "draft_sk=https://x.example/d"});
    if (step == "persetujuan_kabid") return;
    act("kb", file, "persetujuan_kabid", "approve");
    if (step == "persetujuan_sekretaris") return;
    act("s", file, "persetujuan_sekretaris", "approve");
  }
  File refusal_before_the_head() {
    const File file = submitted();
    refusal_at("penandatanganan", file);
    return file;
  }
  std::string state_of(const File& file) {
    return office_.query(
        "SELECT state || ' ' || coalesce((SELECT string_agg(step, ' ') FROM visit"
        " WHERE permit = p.id AND closed_at IS NULL AND NOT undone), '-')"
        " FROM permit p WHERE number = '" +
        file.number + "'");
  }
  std::string version_of(const File& file) {
    return office_.query("SELECT version FROM permit WHERE number = '" + file.number + "'");
  }
  std::string id_of(const File& file) {
    return office_.query("SELECT id FROM permit WHERE number = '" + file.number + "'");
  }
  Browser browser() { return Browser(office_.daemon().api_port()); }

  // The secret path of the newest link in a message to the officer.
  std::string link_to(const std::string& officer) {
    const std::string body = office_.query(
        "SELECT body FROM message WHERE text = 'tautan_masuk' AND recipient = 'officer:" + officer +
        "' ORDER BY id DESC LIMIT 1");
    std::smatch found;
    return std::regex_search(body, found, std::regex("/masuk/[0-9a-f]{64}"))
               ? office_.daemon().completed(found.str())
               : "";
  }
  void ask_for_link(Browser& browser, const std::string& address, const std::string& to = "") {
    const WebPage form = browser.get("/masuk" + (to.empty() ? "" : "?ke=" + to));
    const WebPage asked = browser.press(form, "", {{"alamat", address}});
    EXPECT_EQ(asked.status, 200);
  }
  Browser signed_in(const std::string& officer) {
    Browser browser = this->browser();
    const std::string address = office_.query(
        "SELECT CASE WHEN email <> '' THEN email ELSE whatsapp END FROM officer WHERE id = '" +
        officer + "'");
    ask_for_link(browser, address);
    const std::string link = link_to(officer);
    EXPECT_EQ(browser.press(browser.get(link), "").status, 303);
    EXPECT_EQ(browser.cookies().count("__Host-tenggat_sesi"), 1U);
    return browser;
  }

  Office office_;
};

}  // namespace tenggat::test
