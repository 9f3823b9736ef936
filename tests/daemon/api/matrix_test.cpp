// Who may do what, driven over every route: each kind of caller asks for what would be granted to
// whoever may, on a permit the service "portal" handed in and that waits for front_office. Every
// cell must be explained by a rule of the reference, the first that fits, and be as it says; so a
// route that nobody has thought about, or a check that is gone, shows. The matrix is written to
// authorization_matrix.txt, and to the terminal where TENGGAT_PRINT is set.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "daemon/office/board.h"
#include "daemon/office/permit_receipts.h"
#include "daemon/office/signing_in.h"
#include "daemon/pages/pages.h"
#include "daemon/store/sessions.h"
#include "tests/daemon/api/no_templates.h"
#include "tests/daemon/api/routes_fixture.h"

namespace tenggat::http {
namespace {

enum class Kind {
  nobody,   // no token, or none that is valid
  officer,  // by their own token
  service,
  session,   // an officer's, on the pages
  provider,  // of WhatsApp, by its signature
};

// What the officer who asks, or who is named in on_behalf_of, has to do with the open step.
enum class Duty { none, holder, deputy, superior, other_role, observer, left };

struct Caller {
  std::string name;
  Kind kind = Kind::nobody;
  std::string token;  // of secrets_; empty: none is sent
  std::string on_behalf_of;
  std::vector<std::string> scopes;
  bool handed_in = false;  // the permit is its own
  Duty duty = Duty::none;
  bool administrator = false;  // an officer with the role admin

  bool has(std::string_view scope) const {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  }
};

const std::vector<Caller>& callers() {
  static const std::vector<Caller> all = {
      {"no token", Kind::nobody, "", "", {}, false, Duty::none},
      {"unknown", Kind::nobody, "unknown", "", {}, false, Duty::none},
      {"expired", Kind::nobody, "expired", "", {}, false, Duty::none},
      {"revoked", Kind::nobody, "revoked", "", {}, false, Duty::none},
      {"fo", Kind::officer, "fo", "", {}, false, Duty::holder},
      {"deputy", Kind::officer, "deputy", "", {}, false, Duty::deputy},
      {"was deputy", Kind::officer, "was-deputy", "", {}, false, Duty::other_role},
      {"superior", Kind::officer, "kb", "", {}, false, Duty::superior},
      {"bo", Kind::officer, "bo", "", {}, false, Duty::other_role},
      {"pengawas", Kind::officer, "pengawas", "", {}, false, Duty::observer},
      {"left", Kind::officer, "left", "", {}, false, Duty::left},
      {"fo for fo", Kind::officer, "fo", "fo", {}, false, Duty::holder},
      {"intake own", Kind::service, "portal", "", {"intake"}, true, Duty::none},
      {"intake other", Kind::service, "kios", "", {"intake"}, false, Duty::none},
      {"intake for fo", Kind::service, "portal", "fo", {"intake"}, true, Duty::holder},
      {"act", Kind::service, "meja", "", {"act"}, false, Duty::none},
      {"act for fo", Kind::service, "meja", "fo", {"act"}, false, Duty::holder},
      {"act for deputy", Kind::service, "meja", "deputy", {"act"}, false, Duty::deputy},
      {"act for bo", Kind::service, "meja", "bo", {"act"}, false, Duty::other_role},
      {"act for left", Kind::service, "meja", "left", {"act"}, false, Duty::left},
      {"act for x", Kind::service, "meja", "nobody", {"act"}, false, Duty::none},
      {"act in role for fo", Kind::service, "loket", "fo", {"act"}, false, Duty::holder},
      {"act out of role for fo", Kind::service, "gudang", "fo", {"act"}, false, Duty::holder},
      {"act out of role", Kind::service, "gudang", "", {"act"}, false, Duty::none},
      {"read", Kind::service, "dasbor", "", {"read"}, false, Duty::none},
      {"read for fo", Kind::service, "dasbor", "fo", {"read"}, false, Duty::holder},
      {"admin", Kind::service, "pengurus", "", {"admin"}, false, Duty::none},
      {"admin for fo", Kind::service, "pengurus", "fo", {"admin"}, false, Duty::holder},
      {"bounce", Kind::service, "surat", "", {"bounce"}, false, Duty::none},
      {"no scope", Kind::service, "kosong", "", {}, false, Duty::none},
      {"provider", Kind::provider, "", "", {}, false, Duty::none},
      {"session fo", Kind::session, "fo", "", {}, false, Duty::holder},
      {"session bo", Kind::session, "bo", "", {}, false, Duty::other_role},
      {"session left", Kind::session, "left", "", {}, false, Duty::left},
      {"session pengawas", Kind::session, "pengawas", "", {}, false, Duty::observer},
      {"session admin", Kind::session, "adm", "", {}, false, Duty::none, true},
      {"adm", Kind::officer, "adm", "", {}, false, Duty::other_role, true},
  };
  return all;
}

struct Row {
  std::string name;       // the route, or the route and what of its answer
  std::string route;      // Route::name
  bool commands = false;  // on a permit, and so with on_behalf_of
  bool page = false;
  std::string shows;  // a field of its answer; empty: the call
};

bool is_any(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// --- what must be --------------------------------------------------------------------------------

struct Rule {
  const char* why;
  bool (*applies)(const Row&, const Caller&);
  const char* outcome;
};

const char* const kNotAsked = "-";

bool may_read_permits(const Caller& c) { return c.kind == Kind::officer || c.has("read"); }
bool on_duty(const Caller& c) { return c.duty == Duty::holder || c.duty == Duty::deputy; }

bool oversees(const Caller& c) { return c.administrator || c.duty == Duty::observer; }
// Given by officers themselves, for nobody else.
bool is_own_word(std::string_view route) {
  return is_any(route, {"permit_confirm", "permit_correct"});
}

bool is_public_page(const Row& r) {
  return is_any(r.route, {"page_front",           "page_style",
                          "page_problem",         "page_track",
                          "page_track_act",       "page_track_document",
                          "page_track_objection", "page_track_objection_act",
                          "page_sign_in",         "page_sign_in_ask",
                          "page_sign_in_link",    "page_sign_in_use",
                          "page_board_script",    "page_tasks_script",
                          "page_kiosk",           "page_kiosk_stream",
                          "page_receipt",         "page_find",
                          "page_requirements",    "page_find_receipt"});
}
bool is_administrators_page(const Row& r) {
  return r.route.starts_with("page_kiosks") ||
         (r.route.starts_with("page_officer") && !r.route.starts_with("page_officer_change")) ||
         r.route.starts_with("page_calendar") || r.route.starts_with("page_dead_letters");
}

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {
      {"an on_behalf_of is in the bodies of commands on a permit only",
       [](const Row& r, const Caller& c) { return !c.on_behalf_of.empty() && !r.commands; },
       kNotAsked},
      {"a session's cookie is for pages",
       [](const Row& r, const Caller& c) { return c.kind == Kind::session && !r.page; }, kNotAsked},

      {"pages for everybody: signing in, and by the secret in the link",
       [](const Row& r, const Caller&) { return r.page && is_public_page(r); }, "let in"},
      {"whoever has left has no session any more",
       [](const Row& r, const Caller& c) { return r.page && c.duty == Duty::left; }, "sign in"},
      {"people, calendars, dead letters and the wall's links are an administrator's",
       [](const Row& r, const Caller& c) {
         return r.page && is_administrators_page(r) && c.kind == Kind::session && !c.administrator;
       },
       "forbidden"},
      {"the office's record is for administrators and observers",
       [](const Row& r, const Caller& c) {
         return r.route == "page_office_record" && c.kind == Kind::session && !oversees(c);
       },
       "forbidden"},
      {"the month's figures are for who is reported to and who oversees",
       [](const Row& r, const Caller& c) {
         return (r.route.starts_with("page_report") || r.route == "page_evidence") &&
                c.kind == Kind::session && !oversees(c) && c.duty != Duty::superior;
       },
       "forbidden"},
      {"an officer's pages open by their session",
       [](const Row& r, const Caller& c) { return r.page && c.kind == Kind::session; }, "let in"},
      {"a token opens no page", [](const Row& r, const Caller&) { return r.page; }, "sign in"},

      {"the document is for anyone",
       [](const Row& r, const Caller&) { return r.route == "openapi"; }, "ok"},
      {"receipts come from who has the provider's secret",
       [](const Row& r, const Caller& c) {
         return r.route.starts_with("whatsapp_") && c.kind == Kind::provider;
       },
       "ok"},
      {"no token is a provider's signature",
       [](const Row& r, const Caller&) { return r.route.starts_with("whatsapp_"); },
       "unauthenticated"},
      {"nothing without a valid token",
       [](const Row&, const Caller& c) {
         return c.kind == Kind::nobody || c.kind == Kind::provider;
       },
       "unauthenticated"},

      // Answers' fields.
      {"in its list a service sees whom it brought",
       [](const Row& r, const Caller& c) {
         return r.route == "permit_list" && r.shows == "contact" && c.has("intake");
       },
       "shown"},
      {"the applicant's channels and form: officers, and who brought them",
       [](const Row& r, const Caller& c) {
         return is_any(r.shows, {"contact", "fields"}) && !r.commands &&
                ((c.kind == Kind::officer && c.duty != Duty::left) || c.handed_in);
       },
       "shown"},
      {"they stay hidden from a dashboard",
       [](const Row& r, const Caller& c) {
         return is_any(r.shows, {"contact", "fields"}) && c.has("read") && !r.commands;
       },
       "hidden"},
      {"a token with roles acts for officers in these alone",
       [](const Row& r, const Caller& c) {
         return r.commands && c.token == "gudang" && !c.on_behalf_of.empty();
       },
       "wrong_role"},
      {"an officer who acts sees whom it is for",
       [](const Row& r, const Caller& c) {
         return r.shows == "contact" && r.commands && c.kind == Kind::officer &&
                c.on_behalf_of.empty() && on_duty(c);
       },
       "shown"},
      {"a service that acts for an officer on what another brought does not",
       [](const Row& r, const Caller& c) {
         return r.shows == "contact" && r.commands && c.has("act") && on_duty(c);
       },
       "hidden"},
      {"notes are for officers",
       [](const Row& r, const Caller& c) {
         return r.shows == "notes" && c.kind == Kind::officer && c.duty != Duty::left;
       },
       "shown"},
      {"notes stay hidden from a dashboard",
       [](const Row& r, const Caller& c) { return r.shows == "notes" && c.has("read"); }, "hidden"},
      {"the applicant's link is for who handed the file in",
       [](const Row& r, const Caller& c) { return r.shows == "tracking_url" && c.handed_in; },
       "shown"},
      {"the applicant's link is nobody else's",
       [](const Row& r, const Caller& c) {
         return r.shows == "tracking_url" &&
                ((c.kind == Kind::officer && c.duty != Duty::left) || c.has("read"));
       },
       "hidden"},
      {"lists hold what the caller may see",
       [](const Row& r, const Caller& c) {
         return r.shows == "the permit" &&
                (c.handed_in || c.has("read") ||
                 (c.kind == Kind::officer && c.duty != Duty::left && r.route == "permit_list"));
       },
       "shown"},
      {"of other services' permits a list says nothing",
       [](const Row& r, const Caller& c) { return r.shows == "the permit" && c.has("intake"); },
       "hidden"},

      // What somebody says of when a thing was done.
      {"a late entry is confirmed by who is above its step",
       [](const Row& r, const Caller& c) {
         return r.route == "permit_confirm" && c.duty == Duty::superior;
       },
       "ok"},
      {"nobody confirms their own",
       [](const Row& r, const Caller& c) {
         return r.route == "permit_confirm" && c.kind == Kind::officer && c.duty == Duty::holder;
       },
       "own_late_entry"},
      {"administrators correct",
       [](const Row& r, const Caller& c) { return r.route == "permit_correct" && c.administrator; },
       "ok"},
      {"nobody else says when it was",
       [](const Row& r, const Caller& c) {
         return is_own_word(r.route) && c.kind == Kind::officer;
       },
       "wrong_role"},
      {"no service says when it was",
       [](const Row& r, const Caller&) { return is_own_word(r.route); }, "forbidden"},

      // Changes of officers that wait.
      {"who has left has no say in them",
       [](const Row& r, const Caller& c) {
         return r.route.starts_with("officer_change_") && c.duty == Duty::left &&
                c.kind == Kind::officer;
       },
       "unauthenticated"},
      {"an administrator says the second word, and stops one",
       [](const Row& r, const Caller& c) {
         return r.route.starts_with("officer_change_") && c.administrator &&
                c.kind == Kind::officer;
       },
       "ok"},
      {"officers see what is about them",
       [](const Row& r, const Caller& c) {
         return r.route == "officer_change_list" && c.kind == Kind::officer;
       },
       "ok"},
      {"the second word is an administrator's",
       [](const Row& r, const Caller& c) {
         return r.route == "officer_change_confirm" && c.kind == Kind::officer;
       },
       "not_second"},
      {"what is about others is nobody's business",
       [](const Row& r, const Caller& c) {
         return r.route == "officer_change_stop" && c.kind == Kind::officer;
       },
       "not_found"},
      {"no service says the second word",
       [](const Row& r, const Caller&) { return r.route == "officer_change_confirm"; },
       "forbidden"},

      // Whoever has left.
      {"who has left reads nothing",
       [](const Row& r, const Caller& c) {
         return c.kind == Kind::officer && c.duty == Duty::left && !r.commands &&
                !is_any(r.route, {"permit_create", "event_list", "email_bounce"}) &&
                !r.route.starts_with("officer_") && !r.route.starts_with("delegation_") &&
                !r.route.starts_with("notice_") && !r.route.starts_with("message_") &&
                r.route != "office_event_list";
       },
       "unauthenticated"},

      // Commands on a permit.
      {"on_behalf_of needs a service's token with scope act",
       [](const Row& r, const Caller& c) {
         return r.commands && !c.on_behalf_of.empty() && !c.has("act");
       },
       "forbidden"},
      {"scope act names the officer who acts",
       [](const Row& r, const Caller& c) {
         return r.commands && c.has("act") && c.on_behalf_of.empty();
       },
       "forbidden"},
      {"scopes read and admin act on no permit",
       [](const Row& r, const Caller& c) {
         return r.commands && c.kind == Kind::service && !c.has("act") && !c.has("intake");
       },
       "forbidden"},
      {"applicants act, undo and answer; claims and pauses are the office's",
       [](const Row& r, const Caller& c) {
         return r.commands && c.has("intake") &&
                !is_any(r.route, {"permit_action", "permit_undo", "permit_resume"});
       },
       "forbidden"},
      {"another service's permit does not exist",
       [](const Row& r, const Caller& c) { return r.commands && c.has("intake") && !c.handed_in; },
       "not_found"},
      {"the applicant's answer resumes the clock",
       [](const Row& r, const Caller& c) { return r.route == "permit_resume" && c.has("intake"); },
       "ok"},
      {"the office's step is not the applicant's",
       [](const Row& r, const Caller& c) { return r.route == "permit_action" && c.has("intake"); },
       "wrong_role"},
      {"only who acted takes it back, whoever's hands it came through",
       [](const Row& r, const Caller& c) {
         return r.route == "permit_undo" && c.duty != Duty::holder;
       },
       "undo_by_other"},
      {"a task is assigned by a superior of its role",
       [](const Row& r, const Caller& c) {
         return r.route == "permit_assign" && c.duty == Duty::superior;
       },
       "ok"},
      {"nobody else assigns it",
       [](const Row& r, const Caller&) { return r.route == "permit_assign"; }, "wrong_role"},
      {"a superior of its role directs, and answers what was raised to them",
       [](const Row& r, const Caller& c) {
         return is_any(r.route, {"permit_direct", "permit_respond"}) && c.duty == Duty::superior;
       },
       "ok"},
      {"nobody else does",
       [](const Row& r, const Caller&) {
         return is_any(r.route, {"permit_direct", "permit_respond"});
       },
       "wrong_role"},
      {"the step's role, and who stands in for its holder today",
       [](const Row& r, const Caller& c) { return r.commands && on_duty(c); }, "ok"},
      {"the step belongs to another role", [](const Row& r, const Caller&) { return r.commands; },
       "wrong_role"},

      // The rest of the reference's column "who".
      {"applications come through scope intake",
       [](const Row& r, const Caller& c) { return r.route == "permit_create" && c.has("intake"); },
       "ok"},
      {"officers and dashboards read permits",
       [](const Row& r, const Caller& c) {
         return is_any(r.route, {"permit_list", "permit_show", "permit_timeline", "permit_why"}) &&
                may_read_permits(c);
       },
       "ok"},
      {"a service reads what it handed in",
       [](const Row& r, const Caller& c) {
         return c.has("intake") &&
                (r.route == "permit_list" || (r.route == "permit_show" && c.handed_in));
       },
       "ok"},
      {"another service's permit does not exist",
       [](const Row& r, const Caller& c) { return r.route == "permit_show" && c.has("intake"); },
       "not_found"},
      {"changes are followed by services",
       [](const Row& r, const Caller& c) {
         return r.route == "event_list" && (c.has("read") || c.has("intake"));
       },
       "ok"},
      {"the inbox is an officer's",
       [](const Row& r, const Caller& c) {
         return r.route == "task_list" && c.kind == Kind::officer;
       },
       "ok"},
      {"files: intake, act, officers",
       [](const Row& r, const Caller& c) {
         return r.route.starts_with("file_") &&
                (c.kind == Kind::officer || c.has("intake") || c.has("act"));
       },
       "ok"},
      {"the rules are for any token",
       [](const Row& r, const Caller&) { return r.route.starts_with("sop_"); }, "ok"},
      {"people and messages are an administrator's",
       [](const Row& r, const Caller& c) {
         return c.has("admin") &&
                (r.route.starts_with("officer_") || r.route.starts_with("delegation_") ||
                 r.route.starts_with("notice_") || r.route.starts_with("message_") ||
                 r.route == "office_event_list");
       },
       "ok"},
      {"the office's record is for officers who administer or observe",
       [](const Row& r, const Caller& c) {
         return r.route == "office_event_list" && c.kind == Kind::officer && oversees(c);
       },
       "ok"},
      {"bounces are the mail server's",
       [](const Row& r, const Caller& c) { return r.route == "email_bounce" && c.has("bounce"); },
       "ok"},
      {"everything else of these is nobody's",
       [](const Row& r, const Caller&) {
         return is_any(r.route, {"permit_create", "permit_list", "permit_show", "permit_timeline",
                                 "permit_why", "event_list", "task_list", "email_bounce",
                                 "office_event_list"}) ||
                r.route.starts_with("file_") || r.route.starts_with("officer_") ||
                r.route.starts_with("delegation_") || r.route.starts_with("notice_") ||
                r.route.starts_with("message_");
       },
       "forbidden"},
  };
  return all;
}

const Rule* rule_for(const Row& row, const Caller& caller) {
  for (const Rule& rule : rules())
    if (rule.applies(row, caller)) return &rule;
  return nullptr;
}

// --- asking --------------------------------------------------------------------------------------

class Matrix : public Routes {
 protected:
  Matrix()
      : signing_in_(
            *pool_, rulebook_,
            {.office = {"DPMPTSP", kPublicUrl, ""}, .calendar = "banjarbaru", .texts = {}}) {
    add_people();
    std::vector<Route> routes = api_routes({*pool_, *committer_, rulebook_, *uploads_, requests_,
                                            door_, kPublicUrl, 1024, &receipts_, &links_});
    for (Route& route :
         pages::page_routes({*pool_, *committer_, rulebook_, signing_in_, board_, *templates_,
                             *uploads_, door_, receipt_keys_, kPublicUrl, &links_}))
      routes.push_back(std::move(route));
    router_.emplace(std::move(routes), outage_answer);
    read_permit_ = submitted();
    post("/permits/" + read_permit_ + "/claim", "fo", R"({"step":"verifikasi"})");
    post("/permits/" + read_permit_ + "/release", "fo",
         R"({"step":"verifikasi","reason":"catatan rahasia"})");
    time_is("2026-04-02T14:10:00+08:00");
  }

  void add_people() {
    // Who cannot be told of a task is not counted on.
    query(
        "INSERT INTO officer (id, name, email) SELECT id, id, id || '@example.go.id' FROM"
        " unnest(ARRAY['deputy', 'was-deputy', 'pengawas', 'left', 'adm']) AS id");
    query(
        "INSERT INTO officer_role VALUES ('pengawas', 'pengawas'), ('left', 'front_office'),"
        " ('was-deputy', 'dinas_teknis'), ('adm', 'admin')");
    query("UPDATE officer SET ended_on = '2026-04-01' WHERE id = 'left'");
    query(
        "INSERT INTO delegation (from_officer, to_officer, kind, start_on, end_on, letter) VALUES"
        " ('fo', 'deputy', 'plh', '2026-04-01', '2026-04-30', '800/1'),"
        " ('fo', 'was-deputy', 'plh', '2026-03-01', '2026-04-01', '800/2')");
    for (const char* officer : {"deputy", "was-deputy", "pengawas", "left", "adm"})
      add_token(officer, std::string("officer") + ") VALUES (decode('{}', 'hex'), '" + officer);
    add_token("kosong", "service) VALUES (decode('{}', 'hex'), 'kosong");
    for (const auto& [service, role] :
         {std::pair{"loket", "front_office"}, std::pair{"gudang", "back_office"}})
      add_token(service, std::string("scopes, roles, service) VALUES (decode('{}', 'hex'),"
                                     " '{act}', '{") +
                             role + "}', '" + service);
    add_token("expired", "expires_at, officer) VALUES (decode('{}', 'hex'), now(), 'fo");
    add_token("revoked", "revoked_at, officer) VALUES (decode('{}', 'hex'), now(), 'fo");
    secrets_["unknown"] = store::new_token_secret();
    for (const char* officer : {"fo", "bo", "left", "pengawas", "adm"}) {
      sessions_[officer] = store::new_session_secret();
      query("INSERT INTO session (hash, officer, expires_at) VALUES (decode('" +
            store::hex(store::sha256(sessions_[officer])) + "', 'hex'), '" + officer +
            "', now() + interval '12 hours')");
    }
  }
  void add_token(const std::string& name, std::string columns) {
    secrets_[name] = store::new_token_secret();
    columns.replace(columns.find("{}"), 2, store::hex(store::token_hash(secrets_[name])));
    query("INSERT INTO token (hash, " + columns + "')");
  }

  std::string new_permit() {
    json::object body = json::parse(kSubmission).as_object();
    body["external_id"] = "cell-" + std::to_string(++made_);
    return std::string(
        object(post("/permits", "portal", json::serialize(body))).at("id").as_string());
  }

  struct Ask {
    std::string method, target, body;
  };
  // What is granted to whoever may, made ready for.
  Ask ask_for(const Route& route) {
    const std::string name = route.name;
    Ask ask{route.method, route.pattern, ""};
    const auto fill = [&](const std::string& value) {
      const auto open = ask.target.find('{');
      ask.target.replace(open, ask.target.find('}') - open + 1, value);
    };
    if (name == "permit_create") {
      json::object body = json::parse(kSubmission).as_object();
      body["external_id"] = "cell-" + std::to_string(++made_);
      ask.body = json::serialize(body);
    } else if (route.method == "POST" && route.pattern.starts_with("/api/v1/permits/")) {
      fill(ready_for(name));
      ask.body = R"({"step":"verifikasi"})";
      if (name == "permit_action") ask.body = R"({"step":"verifikasi","action":"accept"})";
      if (name == "permit_undo") ask.body = "{}";
      if (name == "permit_correct")
        ask.body = R"({"step":"penandatanganan","occurred_at":"2026-04-02T13:30:00+08:00",
                       "reason":"salah mencatat jamnya"})";
      if (name == "permit_assign") ask.body = R"({"step":"verifikasi","officer":"fo"})";
      if (name == "permit_acknowledge")
        ask.body = R"({"step":"verifikasi","reason":"beban_kerja"})";
      if (name == "permit_direct") ask.body = R"({"step":"verifikasi","note":"dahulukan"})";
      if (name == "permit_pause")
        ask.body = R"({"step":"verifikasi","reason":"kunjungan_lapangan"})";
    } else if (name == "file_create") {
      ask.body = "%PDF isi " + std::to_string(++made_);
    } else if (name == "file_show") {
      post("/files", "portal", "%PDF isi");
      fill(store::hex(store::sha256("%PDF isi")));
    } else if (name == "officer_create") {
      ask.body = fmt::format(R"({{"id":"p{}","name":"Baru"}})", ++made_);
    } else if (name == "officer_edit") {
      fill("s");
      ask.body = R"({"name":"Sekretaris"})";
    } else if (name == "officer_leave") {
      fill("s");
      ask.body = fmt::format(R"({{"start":"2027-01-{:02}","end":"2027-02-01"}})", ++made_ % 28 + 1);
      query("DELETE FROM officer_leave");
    } else if (name == "delegation_create") {
      query("DELETE FROM delegation WHERE start_on = '2027-01-01'");
      ask.body = R"({"from":"kd","to":"s","kind":"plh","start":"2027-01-01","end":"2027-01-02",
                     "letter":"800/3"})";
    } else if (name == "delegation_end") {
      query("DELETE FROM delegation WHERE start_on = '2027-03-01'");
      fill(
          query("INSERT INTO delegation (from_officer, to_officer, kind, start_on, end_on, letter)"
                " VALUES ('kd', 's', 'plh', '2027-03-01', '2027-03-02', '1') RETURNING id"));
      ask.body = "{}";
    } else if (is_any(name, {"officer_change_confirm", "officer_change_stop"})) {
      query("DELETE FROM officer_change");
      query("UPDATE officer SET as_they_are_since = '-infinity'");
      fill(
          query("INSERT INTO officer_change (officer, name, proposed_by, proposed_at, effective_at)"
                " VALUES ('s', 'Sekretaris', 'service:lain', now(), now()) RETURNING id"));
      ask.body = "{}";
    } else if (name == "email_bounce") {
      ask.body = "Subject: Undelivered Mail Returned to Sender\r\n\r\n";
    } else if (name.starts_with("whatsapp_")) {
      receipts_.provider = name == "whatsapp_receipt_by_path" ? "fonnte" : "meta";
      fill(receipts_.provider);
      ask.body = route.method == "POST" ? R"({"id":"1","status":"sent"})" : "";
    } else if (name == "notice_list") {
      ask.target += "?state=dead";
    } else if (name.starts_with("message_")) {
      fill(
          query("INSERT INTO message (recipient, why, channel, address, name, text, subject, body,"
                " fields, template, rendered_at, state) VALUES ('officer:fo', 'on_duty', 'email',"
                " 'a@b.example', 'fo', 'tugas_baru', '', '', '{}', '', now(), 'dead')"
                " RETURNING id"));
      ask.body = "{}";
    } else if (route.pattern.starts_with("/api/v1/sops/")) {
      fill("paud");
    } else if (ask.target.find("/lacak/{") != std::string::npos ||
               ask.target.find("/masuk/{") != std::string::npos) {
      fill(std::string(32, '0'));
    }
    while (ask.target.find('{') != std::string::npos && !ask.target.ends_with("{secret}"))
      fill(read_permit_);
    return ask;
  }
  // A permit in the state this command is for.
  std::string ready_for(const std::string& name) {
    const std::string id = new_permit();
    const std::string path = "/permits/" + id;
    if (name == "permit_undo")
      post(path + "/actions", "fo", R"({"step":"verifikasi","action":"accept"})");
    if (is_own_word(name)) recorded_late(id, name == "permit_correct");
    if (name == "permit_release") post(path + "/claim", "fo", R"({"step":"verifikasi"})");
    if (name == "permit_respond")
      post(path + "/escalate", "fo", R"({"step":"verifikasi","note":"sistem mati"})");
    if (name == "permit_resume")
      post(path + "/pause", "fo",
           R"({"step":"verifikasi","reason":"klarifikasi_pemohon","note":"mohon denah"})");
    return id;
  }

  // It was due at 14:09, and what was done before is entered at 14:10; nobody can take it back.
  void recorded_late(const std::string& id, bool as_signature) {
    const std::string of_it = " WHERE permit = " + id + " AND step = 'verifikasi'";
    query("UPDATE visit SET opened_at = '2026-04-02T13:" + std::string(as_signature ? "20" : "59") +
          ":00+08:00'" + of_it);
    post("/permits/" + id + "/actions", "fo",
         R"({"step":"verifikasi","action":"accept","occurred_at":"2026-04-02T14:08:00+08:00"})");
    query("UPDATE permit SET last_action = NULL WHERE id = " + id);
    if (as_signature)
      query("UPDATE visit SET step = 'penandatanganan', role = 'kepala_dinas', action = 'sign'" +
            of_it);
  }

  Response answer_to(const Caller& caller, Ask ask) {
    if (!caller.on_behalf_of.empty())
      ask.body.insert(
          1, "\"on_behalf_of\":\"" + caller.on_behalf_of + '"' + (ask.body == "{}" ? "" : ","));
    const bool session = caller.kind == Kind::session;
    const bool provider = caller.kind == Kind::provider;
    if (ask.target.ends_with("{secret}"))
      ask.target.replace(ask.target.find('{'), 8, provider ? receipts_.secret : "salah");
    if (ask.target.ends_with("/meta") && ask.method == "GET")
      ask.target += "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=" +
                    (provider ? receipts_.verify_token : "salah");
    Request request =
        request_of(ask.method, ask.target, session ? "" : caller.token, std::move(ask.body));
    if (provider) request.headers.add("X-Hub-Signature-256", signature_of(request.body));
    if (request.body.starts_with("aksi="))
      request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    if (session) request.headers.add("Cookie", "__Host-tenggat_sesi=" + sessions_.at(caller.token));
    return test::await(io_, router_->handle(std::move(request)));
  }

  static std::string outcome_of(const Response& response) {
    if (response.status < 300) return "ok";
    const std::string type(object(response).at("type").as_string());
    return type.substr(type.rfind('/') + 1);
  }
  static std::string page_outcome(const Response& response) {
    const auto to = response.headers.get("Location");
    if (to && to->starts_with("/masuk?ke=")) return "sign in";
    return response.body.find("Tidak berwenang") == std::string::npos ? "let in" : "forbidden";
  }
  static std::string shown(const Row& row, const Response& response) {
    if (response.status >= 300) return outcome_of(response);
    const bool found =
        row.shows == "contact"        ? response.body.find("6281234567890") != std::string::npos
        : row.shows == "fields"       ? response.body.find("\"fields\"") != std::string::npos
        : row.shows == "notes"        ? response.body.find("catatan rahasia") != std::string::npos
        : row.shows == "tracking_url" ? response.body.find("/lacak/") != std::string::npos
                                      : response.body.find("PAUD-2026-00001") != std::string::npos;
    return found ? "shown" : "hidden";
  }

  std::string cell(const Row& row, const Route& route, const Caller& caller) {
    const Response response = answer_to(caller, ask_for(route));
    if (row.page) return page_outcome(response);
    return row.shows.empty() ? outcome_of(response) : shown(row, response);
  }

  std::vector<std::pair<Row, const Route*>> rows() const {
    const std::vector<std::pair<std::string, std::vector<std::string>>> fields = {
        {"permit_show", {"contact", "fields", "tracking_url"}},
        {"permit_list", {"the permit", "contact"}},
        {"permit_timeline", {"notes"}},
        {"permit_claim", {"contact"}},
        {"event_list", {"the permit"}}};
    std::vector<std::pair<Row, const Route*>> all;
    for (const Route& route : router_->routes()) {
      const bool page = !route.pattern.starts_with("/api/");
      const bool commands = route.method == "POST" &&
                            route.pattern.starts_with("/api/v1/permits/{id}/") &&
                            !is_own_word(route.name);
      all.push_back({{route.name, route.name, commands, page, ""}, &route});
      for (const auto& [name, shows] : fields)
        if (name == route.name)
          for (const std::string& one : shows)
            all.push_back({{name + ": " + one, name, commands, page, one}, &route});
    }
    return all;
  }

  office::SigningIn signing_in_;
  office::BoardFeed board_{io_.get_executor()};
  const NoTemplates templates_{io_.get_executor(), *pool_, metrics_};
  const office::ReceiptKeys receipt_keys_;
  std::map<std::string, std::string> sessions_;  // cookies, by officer
  std::string read_permit_;
  int made_ = 0;
};

TEST_F(Matrix, EveryCellIsAsTheContractSays) {
  std::string table = fmt::format("{:<28}", "");
  for (const Caller& caller : callers()) table += fmt::format(" {:<17}", caller.name);
  table += '\n';
  int cells = 0;
  for (const auto& [row, route] : rows()) {
    std::string line = fmt::format("{:<28}", row.name);
    for (const Caller& caller : callers()) {
      const Rule* rule = rule_for(row, caller);
      if (!rule) {
        ADD_FAILURE() << row.name << " by " << caller.name << ": no rule explains this cell; it is "
                      << cell(row, *route, caller);
        continue;
      }
      const std::string found =
          rule->outcome == kNotAsked ? std::string(kNotAsked) : cell(row, *route, caller);
      EXPECT_EQ(found, rule->outcome) << row.name << " by " << caller.name << ": " << rule->why;
      line += fmt::format(" {:<17}", found);
      ++cells;
    }
    table += line + '\n';
  }
  table += fmt::format("\n{} cells. Why:\n", cells);
  for (const Rule& rule : rules()) table += fmt::format("  {:<17} {}\n", rule.outcome, rule.why);
  std::ofstream("authorization_matrix.txt") << table;
  if (std::getenv("TENGGAT_PRINT")) std::cout << table;
}

TEST_F(Matrix, EveryRuleExplainsACell) {
  std::vector<const Rule*> unused;
  for (const Rule& rule : rules()) {
    bool used = false;
    for (const auto& [row, route] : rows())
      for (const Caller& caller : callers()) used = used || rule_for(row, caller) == &rule;
    if (!used) ADD_FAILURE() << "explains nothing: " << rule.why;
  }
}

// A form without the token that only our own pages hold does nothing, though the cookie is there.
TEST_F(Matrix, AFormFromElsewhereDoesNothing) {
  int forms = 0;
  for (const auto& [row, route] : rows()) {
    if (!row.page || route->method != "POST" || is_public_page(row)) continue;
    ++forms;
    const Caller fo{"session fo", Kind::session, "fo", "", {}, false, Duty::holder};
    Ask ask = ask_for(*route);
    ask.body = "aksi=claim&kunci=" + std::string(32, 'a');
    EXPECT_EQ(answer_to(fo, ask).status, 403) << row.name;
  }
  EXPECT_GT(forms, 2);
}

}  // namespace
}  // namespace tenggat::http
