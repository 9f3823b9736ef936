// A refusal is objected to: the applicant raises it on the page of the refused permit, it walks its
// own way, and both show each other. Source: docs/reference.md, Objections.
#include "tests/e2e/pages_fixture.h"
#include "tests/e2e/pbg.h"

namespace tenggat::test {
namespace {

namespace json = boost::json;

const std::vector<std::pair<std::string, std::string>> kFilledIn = {
    {"isian.nomor_keputusan", "503/17"},
    {"isian.tanggal_keputusan", "2026-04-02"},
    {"isian.pokok", "alasan"},
    {"catatan", "Garis sempadan sudah dipenuhi"}};

class ObjectionTest : public PagesTest {
 protected:
  ObjectionTest() { pbg_.open(); }

  void submit() {
    const json::object permit = pbg_.submit(120);
    id_ = std::string(permit.at("id").as_string());
    number_ = std::string(permit.at("number").as_string());
    const std::string url(permit.at("tracking_url").as_string());
    track_ = url.substr(url.find("/lacak/"));
  }
  void refuse() {
    pbg_.act(id_, "fo", "verifikasi", "terima");
    pbg_.act(id_, "ptr", "kajian_tata_ruang", "ajukan", {"kajian_tata_ruang"});
    pbg_.act(id_, "pb", "kajian_bangunan", "ajukan", {"kajian_bangunan"});
    pbg_.act(id_, "ktr", "persetujuan_tata_ruang", "setujui");
    pbg_.act(id_, "kbg", "persetujuan_bangunan", "setujui");
    pbg_.act(id_, "tt", "pemeriksaan_lapangan", "tidak_layak", {"berita_acara"},
             R"(,"note":"melanggar garis sempadan")");
    pbg_.act(id_, "bo", "penyusunan_sk", "kirim_draf", {"draft_sk"});
    pbg_.act(id_, "kb", "persetujuan_kabid", "setujui");
    pbg_.act(id_, "kd", "penandatanganan", "tolak", {"surat_penolakan"});
  }
  // Refused, and past taking back.
  void refused() {
    submit();
    refuse();
    office_.advance("2026-04-02T15:00:00");
  }
  std::vector<WebUpload> letter() const {
    return {{"berkas:surat_keberatan:", "surat.pdf", "application/pdf", "%PDF-1.4 keberatan"}};
  }
  // As the API answers it; `who` is a token of pbg.h or a secret.
  HttpAnswer raise(const std::string& secret, const std::string& to,
                   const std::string& sop = "keberatan") {
    return office_.exchange(
        http_request("POST", "/api/v1/permits", secret, "",
                     fmt::format(R"({{"sop":"{}","subject":"Keberatan","related":"{}",
          "applicant":{{"name":"Siti Aminah","whatsapp":"0813 1111 2222"}},
          "documents":[{{"kind":"surat_keberatan","uri":"https://berkas.example/1"}}],
          "fields":{{"nomor_keputusan":"503/17","tanggal_keputusan":"2026-04-02","pokok":"alasan"}}}})",
                                 sop, to)));
  }
  CommandResult raise_by_hand() {
    return office_.tenggat(
        {"permit", "submit", "--sop", "keberatan", "--name", "Siti Aminah", "--subject",
         "Keberatan", "--document", "surat_keberatan=https://berkas.example/1", "--field",
         "nomor_keputusan=503/17", "--field", "tanggal_keputusan=2026-04-02", "--field",
         "pokok=alasan", "--related", number_},
        "portal");
  }
  // "422 not_refused /related"
  static std::string refusal_of(const HttpAnswer& answer) {
    const json::object problem = json::parse(answer.body).as_object();
    const std::string type(problem.at("type").as_string());
    const json::value* errors = problem.if_contains("errors");
    return fmt::format("{} {} {}", answer.status, type.substr(type.rfind('/') + 1),
                       errors ? std::string(errors->at(0).at("pointer").as_string()) : "-");
  }
  json::object shown(const std::string& id, const std::string& who) {
    const HttpAnswer answer =
        office_.exchange(http_request("GET", "/api/v1/permits/" + id, pbg_.token(who), "", ""));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return json::parse(answer.body).as_object();
  }
  std::string objections() const {
    return office_.query("SELECT count(*) FROM permit WHERE sop = 'keberatan'");
  }
  std::string raised_id() const {
    return office_.query("SELECT id FROM permit WHERE related = " + id_);
  }

  BuildingOffice pbg_{office_};
  std::string id_, number_, track_;
};

TEST_F(ObjectionTest, IsRaisedOnThePageOfTheRefusalOnceHoweverOftenItIsSent) {
  refused();
  Browser applicant = browser();
  const WebPage form = applicant.get(track_ + "/keberatan");
  const WebPage in_another_tab = applicant.get(track_ + "/keberatan");
  EXPECT_TRUE(form.says("name=\"isian.nomor_keputusan\"")) << form.body;
  EXPECT_FALSE(form.says("isian.tepat_waktu"));  // an officer finds it out
  const WebPage wanting = applicant.press(
      form, "keberatan", {{"isian.nomor_keputusan", "503/17"}, {"catatan", " "}}, letter());
  EXPECT_EQ(wanting.status, 422);
  EXPECT_TRUE(wanting.says("Tuliskan alasan keberatan")) << wanting.body;
  EXPECT_TRUE(wanting.says("value=\"503/17\""));
  EXPECT_EQ(applicant.press(wanting, "keberatan", kFilledIn).status, 422);  // without the letter
  EXPECT_EQ(objections(), "0");

  const WebPage sent = applicant.press(form, "keberatan", kFilledIn, letter());
  EXPECT_EQ(sent.status, 303) << sent.body;
  const std::string place = sent.header("Location");
  EXPECT_EQ(place.rfind("/lacak/", 0), 0U);
  EXPECT_EQ(applicant.press(form, "keberatan", kFilledIn, letter()).header("Location"), place);
  EXPECT_EQ(objections(), "1");
  const WebPage too_many = applicant.press(in_another_tab, "keberatan", kFilledIn, letter());
  EXPECT_EQ(too_many.status, 409);
  EXPECT_TRUE(too_many.says("sudah diajukan dan masih diproses")) << too_many.body;
  EXPECT_TRUE(too_many.says("Garis sempadan sudah dipenuhi"));
  EXPECT_EQ(applicant.get(track_ + "/keberatan").header("Location"), track_);
  EXPECT_EQ(objections(), "1");

  const std::string raised = raised_id();
  EXPECT_EQ(office_.query("SELECT p.subject || '|' || a.name || '|' || a.whatsapp || '|' ||"
                          " (p.form->>'pokok') FROM permit p JOIN applicant a ON a.id = p.applicant"
                          " WHERE p.id = " +
                          raised),
            "Keberatan atas penolakan permohonan " + number_ + "|Siti Aminah|6281311112222|alasan");
  EXPECT_EQ(office_.query("SELECT text FROM note WHERE permit = " + raised),
            "Garis sempadan sudah dipenuhi");
}

TEST_F(ObjectionTest, AndTheRefusalShowEachOtherAndItWalksItsWay) {
  refused();
  Browser applicant = browser();
  const WebPage sent =
      applicant.press(applicant.get(track_ + "/keberatan"), "keberatan", kFilledIn, letter());
  const std::string raised = raised_id();
  const std::string number = office_.query("SELECT number FROM permit WHERE id = " + raised);
  const std::string place = sent.header("Location");
  const std::string its_page = place.substr(0, place.find('?'));

  const WebPage thanks = applicant.get(place);
  EXPECT_TRUE(thanks.says("keberatan Anda telah kami terima")) << thanks.body;
  EXPECT_TRUE(thanks.says("Keberatan atas permohonan <a href=\"" + track_ + "\">" + number_));
  const WebPage back = applicant.get(track_);
  EXPECT_TRUE(back.says("Keberatan telah diajukan: permohonan <a href=\"" + its_page + "\">"))
      << back.body;
  EXPECT_FALSE(back.says("Ajukan keberatan</a>"));

  Browser fo = signed_in("fo");
  const WebPage desk = fo.get("/permohonan/" + raised);
  EXPECT_TRUE(desk.says("Keberatan atas</dt><dd><a href=\"/permohonan/" + id_ + "\">"))
      << desk.body;
  EXPECT_TRUE(desk.says("Garis sempadan sudah dipenuhi"));
  EXPECT_TRUE(desk.says("Keberatan diajukan"));
  EXPECT_TRUE(fo.get("/permohonan/" + id_)
                  .says("Keberatan</dt><dd><a href=\"/permohonan/" + raised + "\">"));

  EXPECT_EQ(shown(raised, "fo").at("related"), json::value(id_));
  const json::object refusal = shown(id_, "fo");
  EXPECT_TRUE(refusal.at("related").is_null());
  EXPECT_EQ(json::serialize(refusal.at("objections")),
            fmt::format(R"([{{"id":"{}","number":"{}","sop":"keberatan","state":"active"}}])",
                        raised, number));
  EXPECT_NE(office_.tenggat({"permit", "show", id_}, "fo").out.find(number + ", active"),
            std::string::npos);
  EXPECT_NE(office_.tenggat({"permit", "show", raised}, "fo").out.find("objects to"),
            std::string::npos);
  for (const auto& [permit, words] : {std::pair(id_, number), std::pair(raised, number_)})
    EXPECT_NE(office_.tenggat({"permit", "dossier", permit}).out.find(words + ", "),
              std::string::npos);

  pbg_.act(raised, "fo", "pencatatan", "catat", {}, R"(,"fields":{"tepat_waktu":true})");
  pbg_.act(raised, "tk", "telaah", "usul_dikabulkan", {"telaah"});
  pbg_.act(raised, "tk", "penyusunan_keputusan", "kirim_draf", {"draft_keputusan"});
  pbg_.act(raised, "s", "persetujuan_sekretaris", "setujui");
  pbg_.act(raised, "kd", "penandatanganan", "kabulkan", {"keputusan_keberatan"});
  EXPECT_EQ(shown(id_, "fo").at("objections").at(0).at("state"), "issued");
  EXPECT_EQ(office_.tenggat({"audit", "verify"}).status, 0);
}

TEST_F(ObjectionTest, OnlyOneThatIsTheCallersBusinessIsToldToAService) {
  refused();
  Browser applicant = browser();
  applicant.press(applicant.get(track_ + "/keberatan"), "keberatan", kFilledIn, letter());
  const std::string intake =
      office_.daemon().new_token({"--service", "portal", "--scope", "intake"});
  const HttpAnswer own =
      office_.exchange(http_request("GET", "/api/v1/permits/" + id_, intake, "", ""));
  EXPECT_TRUE(json::parse(own.body).at("objections").as_array().empty()) << own.body;
  const std::string other = office_.daemon().new_token({"--service", "lain", "--scope", "intake"});
  EXPECT_EQ(refusal_of(raise(other, id_)), "422 unknown_related /related");
  EXPECT_EQ(refusal_of(raise(intake, id_)), "409 objection_under_way /related");
}

TEST_F(ObjectionTest, RaisedForAnotherApplicantLeadsNobodyToAnotherOnesPage) {
  refused();
  const std::string body = fmt::format(
      R"({{"sop":"keberatan","subject":"Keberatan","related":"{}",
        "applicant":{{"name":"Abdul Hadi","whatsapp":"0813 3333 4444"}},
        "documents":[{{"kind":"surat_keberatan","uri":"https://berkas.example/1"}}],
        "fields":{{"nomor_keputusan":"503/17","tanggal_keputusan":"2026-04-02","pokok":"alasan"}}}})",
      id_);
  const json::object raised = pbg_.post("/permits", "portal", body);
  const std::string url(raised.at("tracking_url").as_string());
  const std::string its_page = url.substr(url.find("/lacak/"));
  Browser applicant = browser();
  const WebPage one = applicant.get(track_), two = applicant.get(its_page);
  EXPECT_TRUE(one.says("permohonan " + std::string(raised.at("number").as_string()) + ".</p>"))
      << one.body;
  EXPECT_FALSE(one.says(its_page));
  EXPECT_TRUE(two.says("Keberatan atas permohonan " + number_ + ".</p>")) << two.body;
  EXPECT_FALSE(two.says(track_));
}

TEST_F(ObjectionTest, IsRefusedWhereNothingWasRefusedElsewhereAndTooLate) {
  submit();
  const std::string& portal = pbg_.token("portal");
  EXPECT_EQ(refusal_of(raise(portal, "71")), "422 unknown_related /related");
  EXPECT_EQ(refusal_of(raise(portal, id_)), "422 not_refused /related");
  refuse();
  EXPECT_EQ(refusal_of(raise(portal, id_)), "422 not_refused /related");  // it can be taken back
  office_.advance("2026-04-02T15:00:00");
  EXPECT_EQ(refusal_of(raise(portal, id_, "paud")), "422 objects_elsewhere /related");
  Browser applicant = browser();
  const WebPage form = applicant.get(track_ + "/keberatan");

  office_.advance("2026-05-29T15:00:00");
  EXPECT_EQ(refusal_of(raise(portal, id_)), "422 objection_too_late /related");
  const WebPage late = applicant.press(form, "keberatan", kFilledIn, letter());
  EXPECT_EQ(late.status, 422);
  EXPECT_TRUE(late.says("Batas waktu pengajuan keberatan sudah lewat")) << late.body;
  EXPECT_TRUE(late.says("Garis sempadan sudah dipenuhi"));
  const CommandResult by_hand = raise_by_hand();
  EXPECT_NE(by_hand.status, 0);
  EXPECT_NE(by_hand.err.find("The time to object is over"), std::string::npos) << by_hand.err;
  EXPECT_EQ(objections(), "0");
}

TEST_F(ObjectionTest, MayBeRaisedAgainOnceItWasWithdrawnForGood) {
  refused();
  const CommandResult by_hand = raise_by_hand();
  EXPECT_EQ(by_hand.status, 0) << by_hand.err;
  const std::string raised = raised_id();
  pbg_.post("/permits/" + raised + "/actions", "portal", R"({"action":"withdraw"})");
  EXPECT_EQ(refusal_of(raise(pbg_.token("portal"), id_)), "409 objection_under_way /related");
  office_.advance("2026-04-02T15:10:00");
  EXPECT_EQ(raise(pbg_.token("portal"), id_).status, 201);
  EXPECT_EQ(objections(), "2");
}

}  // namespace
}  // namespace tenggat::test
