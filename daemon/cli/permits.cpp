// `tenggat permit` and `tenggat inbox`: through the API, as an officer or a service.
#include <fmt/format.h>

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <istream>
#include <map>
#include <ostream>
#include <sstream>

#include "daemon/cli/api_client.h"
#include "daemon/cli/on_database.h"
#include "daemon/cli/print.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Count = Option::Count;

std::string permit_path(const Given& given, std::string_view rest = "") {
  return "/permits/" + encoded(given.argument(0).value_or("")) + std::string(rest);
}

// Copies what was given under its name in the API: --on-behalf-of becomes on_behalf_of.
void put_texts(json::object& body, const Given& given, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto text = given.text(name);
    if (!text) continue;
    std::string key = name;
    std::replace(key.begin(), key.end(), '-', '_');
    body[key] = *text;
  }
}

struct Pair {
  std::string name, value;
};
Pair split(std::string_view option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos)
    throw BadUsage(fmt::format("--{} `{}` has no `=`", option, printable(text)));
  return {text.substr(0, equals), text.substr(equals + 1)};
}

// kind=uri[,name=…][,number=…][,sha256=…]. The uri may hold commas; what follows one of these names
// and an equals sign does not belong to it.
json::object document_of(const std::string& text) {
  const Pair pair = split("document", text);
  json::object document{{"kind", pair.name}};
  std::string rest = pair.value;
  constexpr std::array<std::string_view, 3> kNames{"name", "number", "sha256"};
  while (true) {
    std::size_t last = std::string::npos;
    std::string_view found;
    for (const std::string_view name : kNames) {
      const std::size_t at = rest.rfind(fmt::format(",{}=", name));
      if (at != std::string::npos && (last == std::string::npos || at > last)) {
        last = at;
        found = name;
      }
    }
    if (last == std::string::npos) break;
    document[found] = rest.substr(last + found.size() + 2);
    rest.resize(last);
  }
  if (!rest.empty()) document["uri"] = rest;
  return document;
}

json::array documents_of(const Given& given) {
  json::array documents;
  for (const std::string& text : given.all("document")) documents.push_back(document_of(text));
  return documents;
}

// Empty where it is none.
const json::array& array_at(const json::value& value, std::string_view key) {
  static const json::array none;
  const json::value* found = value.is_object() ? value.get_object().if_contains(key) : nullptr;
  return found && found->is_array() ? found->get_array() : none;
}

std::int64_t number_of(std::string_view option, const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    throw BadUsage(fmt::format("--{} `{}` is no number", option, printable(text)));
  return number;
}

// As the API takes the fields of the service's form: numbers and yes or no as such. A service
// without a form takes any texts.
json::value field_value(const std::string& kind, const std::string& text) {
  if (kind == "yes_no" && (text == "true" || text == "ya")) return true;
  if (kind == "yes_no" && (text == "false" || text == "tidak")) return false;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return kind == "number" && whole ? json::value(number) : json::value(text);
}

json::object fields_of(const Given& given, ApiClient& api, const std::string& sop) {
  std::map<std::string, std::string> kinds;
  const json::value service = api.get("/sops/" + encoded(sop));
  for (const json::value& field : array_at(service, "fields"))
    kinds[text_at(field, {"id"})] = text_at(field, {"kind"});
  json::object fields;
  for (const std::string& text : given.all("field")) {
    const Pair pair = split("field", text);
    fields[pair.name] = field_value(kinds[pair.name], pair.value);
  }
  return fields;
}

json::array texts_of(const Given& given, std::string_view option) {
  const std::vector<std::string> all = given.all(option);
  return json::array(all.begin(), all.end());
}

// --- What people see ---------------------------------------------------------------------------

// "verifikasi#1, done 2026-04-02T14:05:00+08:00, recorded …, waits for a superior"
std::string late_entry_line(const json::value& late) {
  std::string line = fmt::format("{}, done {}, recorded {}", text_at(late, {"visit"}),
                                 text_at(late, {"occurred_at"}), text_at(late, {"recorded_at"}));
  const std::string confirmed_by = text_at(late, {"confirmed_by"});
  if (!confirmed_by.empty()) return line + ", confirmed by " + confirmed_by;
  const json::object* fields = late.if_object();
  const json::value* awaits = fields ? fields->if_contains("awaits_confirmation") : nullptr;
  return awaits && *awaits == json::value(true) ? line + ", waits for a superior" : line;
}

void write_permit(std::ostream& out, const json::value& permit) {
  std::vector<std::vector<std::string>> facts;
  const auto fact = [&](std::string name, std::initializer_list<std::string_view> path) {
    std::string value = text_at(permit, path);
    if (!value.empty()) facts.push_back({std::move(name), std::move(value)});
  };
  fact("id", {"id"});
  fact("sop", {"sop"});
  fact("state", {"state"});
  fact("outcome", {"outcome"});
  fact("subject", {"subject"});
  fact("applicant", {"applicant", "name"});
  fact("version", {"version"});
  fact("case", {"case_sla", "status"});
  fact("case due", {"case_sla", "due_at"});
  fact("tracking", {"tracking_url"});
  fact("objects to", {"related"});
  for (const json::value& objection : array_at(permit, "objections"))
    facts.push_back({"objection", fmt::format("{}, {}", text_at(objection, {"number"}),
                                              text_at(objection, {"state"}))});
  for (const json::value& late : array_at(permit, "late_entries"))
    facts.push_back({"late entry", late_entry_line(late)});
  write_table(out, {"number", text_at(permit, {"number"})}, facts);
  const json::array& visits = array_at(permit, "visits");
  if (visits.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const json::value& visit : visits) {
    rows.push_back({text_at(visit, {"step"}), text_at(visit, {"role"}),
                    text_at(visit, {"assignee"}), text_at(visit, {"sla", "status"}),
                    text_at(visit, {"sla", "due_at"})});
  }
  out << '\n';
  write_table(out, {"STEP", "ROLE", "ASSIGNEE", "STATUS", "DUE"}, rows);
}

void write_list(std::ostream& out, const json::value& answer) {
  std::vector<std::vector<std::string>> rows;
  for (const json::value& item : array_at(answer, "items")) {
    rows.push_back({text_at(item, {"number"}), text_at(item, {"state"}), text_at(item, {"step"}),
                    text_at(item, {"sla", "status"}), text_at(item, {"sla", "due_at"}),
                    text_at(item, {"subject"})});
  }
  write_table(out, {"NUMBER", "STATE", "STEP", "STATUS", "DUE", "SUBJECT"}, rows);
  const std::string more = text_at(answer, {"next_cursor"});
  if (!more.empty()) out << "more: --cursor " << printable(more) << '\n';
}

// With what may be done there now, as the API offers it.
void write_inbox(std::ostream& out, const json::value& answer) {
  std::vector<std::vector<std::string>> rows;
  for (const json::value& task : array_at(answer, "items")) {
    std::string actions;
    for (const json::value& action : array_at(task, "actions"))
      if (action.is_string())
        actions += (actions.empty() ? "" : " ") + std::string(action.get_string());
    rows.push_back({text_at(task, {"number"}), text_at(task, {"state"}), text_at(task, {"step"}),
                    text_at(task, {"sla", "status"}), text_at(task, {"sla", "due_at"}),
                    std::move(actions), text_at(task, {"subject"})});
  }
  write_table(out, {"NUMBER", "STATE", "STEP", "STATUS", "DUE", "ACTIONS", "SUBJECT"}, rows);
}

int show(const Given& given, Terminal& terminal, const json::value& answer,
         void (*write)(std::ostream&, const json::value&)) {
  if (given.has("json")) {
    write_json(terminal.out, answer);
  } else {
    write(terminal.out, answer);
  }
  return kOk;
}

// --- Commands ----------------------------------------------------------------------------------

std::string submission_text(const std::string& file, Terminal& terminal) {
  std::ostringstream text;
  if (file == "-") {
    text << terminal.in.rdbuf();
    return text.str();
  }
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file) || !(text << in.rdbuf()))
    throw Refused(fmt::format("{} cannot be read", file));
  return text.str();
}

json::object submission_of(const Given& given, Terminal& terminal, ApiClient& api) {
  if (const auto file = given.argument(0)) {
    for (const char* option : {"sop", "name", "subject", "whatsapp", "email", "document", "field",
                               "external-id", "started-at", "related"}) {
      if (given.has(option))
        throw BadUsage(fmt::format("FILE and --{} do not go together", option));
    }
    boost::system::error_code failed;
    const json::value body = json::parse(submission_text(*file, terminal), failed);
    if (failed || !body.is_object()) throw Refused(fmt::format("{} holds no JSON object", *file));
    return body.get_object();
  }
  for (const char* option : {"sop", "name", "subject"}) {
    if (!given.has(option)) throw BadUsage(fmt::format("--{} is missing, or FILE", option));
  }
  json::object body, applicant;
  put_texts(applicant, given, {"name", "email", "whatsapp"});
  put_texts(body, given, {"sop", "subject", "external-id", "started-at"});
  body["applicant"] = std::move(applicant);
  body["documents"] = documents_of(given);
  if (given.has("field")) body["fields"] = fields_of(given, api, given.text_or("sop", ""));
  if (const auto related = given.text("related"))
    body["related"] = text_at(api.get("/permits/" + encoded(*related)), {"id"});
  return body;
}

int run_submit(const Given& given, Terminal& terminal) {
  ApiClient api(terminal);
  const json::object body = submission_of(given, terminal, api);
  return show(given, terminal, api.post("/permits", body), write_permit);
}

int run_show(const Given& given, Terminal& terminal) {
  return show(given, terminal, ApiClient(terminal).get(permit_path(given)), write_permit);
}

int run_list(const Given& given, Terminal& terminal) {
  Query query;
  for (const char* name : {"sop", "state", "step", "role", "sla", "q", "external-id",
                           "updated-after", "cursor", "limit"}) {
    std::string key = name;
    std::replace(key.begin(), key.end(), '-', '_');
    query.emplace_back(std::move(key), given.text_or(name, ""));
  }
  return show(given, terminal, ApiClient(terminal).get("/permits", query), write_list);
}

int run_inbox(const Given& given, Terminal& terminal) {
  return show(given, terminal, ApiClient(terminal).get("/tasks"), write_inbox);
}

int run_act(const Given& given, Terminal& terminal) {
  const std::string action = given.argument(1).value_or("");
  // A withdrawal is about the whole application.
  if (!given.has("step") && action != "withdraw") throw BadUsage("--step STEP is missing");
  json::object body{{"action", action}};
  put_texts(body, given, {"step", "note", "outcome", "occurred-at", "reason", "on-behalf-of"});
  if (const auto version = given.text("version")) body["version"] = number_of("version", *version);
  if (given.has("document")) body["documents"] = documents_of(given);
  json::array deficiencies;
  for (const std::string& text : given.all("deficiency")) {
    const Pair pair = split("deficiency", text);
    deficiencies.push_back(json::object{{"document", pair.name}, {"note", pair.value}});
  }
  if (!deficiencies.empty()) body["deficiencies"] = std::move(deficiencies);
  if (given.has("to")) body["to"] = texts_of(given, "to");
  if (given.has("check")) body["checked"] = texts_of(given, "check");
  ApiClient api(terminal);
  if (given.has("field"))
    body["fields"] = fields_of(given, api, text_at(api.get(permit_path(given)), {"sop"}));
  return show(given, terminal, api.post(permit_path(given, "/actions"), body), write_permit);
}

// Those that take the step and a few texts.
template <const char* const& verb>
int run_verb(const Given& given, Terminal& terminal) {
  json::object body;
  put_texts(
      body, given,
      {"step", "officer", "reason", "until", "requirement", "note", "occurred-at", "on-behalf-of"});
  const std::string path = permit_path(given, fmt::format("/{}", verb));
  return show(given, terminal, ApiClient(terminal).post(path, body), write_permit);
}
constexpr const char* kUndo = "undo";
constexpr const char* kClaim = "claim";
constexpr const char* kRelease = "release";
constexpr const char* kAssign = "assign";
constexpr const char* kEscalate = "escalate";
constexpr const char* kAcknowledge = "acknowledge";
constexpr const char* kDirect = "direct";
constexpr const char* kRespond = "respond";
constexpr const char* kPause = "pause";
constexpr const char* kResume = "resume";
constexpr const char* kConfirm = "confirm";
constexpr const char* kCorrect = "correct";

}  // namespace

std::vector<Command> permit_commands() {
  const Positional permit{"PERMIT", true};
  const Option json_answer{"json", "", "the API's answer as it is"};
  const Option step{"step", "STEP", "the open step it is about", Count::required};
  const Option note{"note", "TEXT", "a note"};
  const Option behalf{"on-behalf-of", "OFFICER", "whom a service acts for"};
  const Option field{"field", "NAME=VALUE", "a field of the service's form; may be repeated",
                     Count::several};
  const Option document{"document", "KIND=URI", "[,name=…][,number=…][,sha256=…]; may be repeated",
                        Count::several};
  return {
      {"permit submit",
       {{"FILE", false}},
       {{"sop", "ID", "the SOP"},
        {"name", "NAME", "the applicant's"},
        {"subject", "TEXT", "what the permit is for"},
        {"whatsapp", "NUMBER", "the applicant's"},
        {"email", "ADDRESS", "the applicant's"},
        document,
        field,
        {"external-id", "ID", "the portal's own"},
        {"started-at", "INSTANT", "when the applicant began"},
        {"related", "PERMIT", "the refused permit that this one objects to, by id or number"},
        json_answer},
       "hands an application in",
       "FILE holds the body of POST /permits; - is the standard input.",
       run_submit},
      {"permit show", {permit}, {json_answer}, "one permit, by id or number", "", run_show},
      {"permit list",
       {},
       {{"sop", "ID", "of this SOP"},
        {"state", "STATE", "active, returned, issued, rejected, withdrawn or lapsed"},
        {"step", "STEP", "open at this step"},
        {"role", "ROLE", "waiting for this role"},
        {"sla", "STATUS", "on_track, due_soon, overdue, paused, met or missed"},
        {"q", "TEXT", "in number, subject or name"},
        {"external-id", "ID", "the portal's own"},
        {"updated-after", "INSTANT", "changed since"},
        {"limit", "N", "at most so many, up to 200"},
        {"cursor", "CURSOR", "where the last page ended"},
        json_answer},
       "permits, a page at a time",
       "",
       run_list},
      {"permit act",
       {permit, {"ACTION", true}},
       {{"step", "STEP", "the open step it is about; withdraw needs none"},
        note,
        {"outcome", "OUTCOME", "grant or refusal, where the action chooses"},
        document,
        {"to", "STEP", "a branch to open, where the officer chooses; may be repeated",
         Count::several},
        field,
        {"check", "ID", "a requirement that is met; may be repeated", Count::several},
        {"deficiency", "DOCUMENT=NOTE", "what must be mended; may be repeated", Count::several},
        {"version", "N", "refuse if the permit has changed since"},
        {"occurred-at", "INSTANT", "when it was done, if not now"},
        {"reason", "TEXT", "why it is entered late"},
        behalf,
        json_answer},
       "takes an action on a permit",
       "",
       run_act},
      {"permit undo",
       {permit},
       {behalf, json_answer},
       "takes back the last action, within its window",
       "",
       run_verb<kUndo>},
      {"permit claim",
       {permit},
       {step, behalf, json_answer},
       "takes a task upon oneself",
       "",
       run_verb<kClaim>},
      {"permit release",
       {permit},
       {step, {"reason", "TEXT", "why"}, behalf, json_answer},
       "gives a claimed task back to its role",
       "",
       run_verb<kRelease>},
      {"permit assign",
       {permit},
       {step,
        {"officer", "ID", "whose task it shall be", Count::required},
        {"reason", "TEXT", "why"},
        behalf,
        json_answer},
       "gives a task to an officer of its role, as their superior",
       "",
       run_verb<kAssign>},
      {"permit escalate",
       {permit},
       {step, note, behalf, json_answer},
       "asks the next superior at once; again: the one above",
       "",
       run_verb<kEscalate>},
      {"permit acknowledge",
       {permit},
       {step,
        {"reason", "KENDALA", "one of the SOP's: cuaca, sistem, …", Count::required},
        note,
        behalf,
        json_answer},
       "says what holds a step up: repeats of its rungs stop, its clock does not",
       "",
       run_verb<kAcknowledge>},
      {"permit direct",
       {permit},
       {step, {"note", "TEXT", "what they are to do", Count::required}, behalf, json_answer},
       "a superior's word to whoever has a step, sent at once",
       "",
       run_verb<kDirect>},
      {"permit respond",
       {permit},
       {step,
        {"until", "INSTANT", "repeats wait until then; by itself a working day"},
        note,
        behalf,
        json_answer},
       "looks after what was raised: repeats to this superior wait",
       "",
       run_verb<kRespond>},
      {"permit pause",
       {permit},
       {step,
        {"reason", "REASON", "one of the SOP's: kunjungan_lapangan, …", Count::required},
        {"until", "INSTANT", "resume by itself then"},
        {"requirement", "ID", "what is asked for, where the reason names one"},
        note,
        behalf,
        json_answer},
       "stops a step's clock",
       "",
       run_verb<kPause>},
      {"permit resume",
       {permit},
       {step, note, behalf, json_answer},
       "lets a step's clock run again",
       "",
       run_verb<kResume>},
      {"permit confirm",
       {permit},
       {{"step", "STEP", "the step that was entered late", Count::required}, note, json_answer},
       "confirms a late entry, as a superior: then what it turns counts as met",
       "",
       run_verb<kConfirm>},
      {"permit correct",
       {permit},
       {{"step", "STEP", "the step that ended or signed the permit", Count::required},
        {"occurred-at", "INSTANT", "when that was done", Count::required},
        {"reason", "TEXT", "why the record had it later: ten letters or more", Count::required},
        json_answer},
       "corrects when a permit was ended or signed, as an administrator",
       "",
       run_verb<kCorrect>},
      {"inbox", {}, {json_answer}, "one's open tasks, the most urgent first", "", run_inbox},
  };
}

}  // namespace tenggat::cli
