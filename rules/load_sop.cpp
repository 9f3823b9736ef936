#include "rules/load_sop.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "rules/yaml.h"

namespace tenggat {
namespace {

using Parsed = boost::system::result<Trigger, std::string>;

Parsed parse_trigger(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size())
    return {boost::system::in_place_error,
            "an event is written step.action, like verifikasi.accept"};
  return Trigger{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

boost::system::result<Target, std::string> parse_target(std::string_view text) {
  if (text == "role") return Target{Target::Kind::role, 1, ""};
  if (text == "assignee") return Target{Target::Kind::assignee, 1, ""};
  if (text == "copy") return Target{Target::Kind::copy, 1, ""};
  if (text == "applicant") return Target{Target::Kind::applicant, 1, ""};
  if (text == "superior") return Target{Target::Kind::superior, 1, ""};
  if (text.starts_with("superior(") && text.ends_with(")")) {
    const std::string_view digits = text.substr(9, text.size() - 10);
    int level = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), level);
    if (error == std::errc() && end == digits.data() + digits.size() && level >= 1 && level <= 9)
      return Target{Target::Kind::superior, level, ""};
    return std::string("superior(n) takes a level from 1 to 9");
  }
  return Target{Target::Kind::named_role, 1, std::string(text)};
}

struct RungAt {
  RungRule::At at = RungRule::At::due;
  int percent = 0;
  Budget after;
};

boost::system::result<RungAt, std::string> parse_rung_at(std::string_view text) {
  if (text == "start") return RungAt{RungRule::At::start, 0, {}};
  if (text == "due") return RungAt{RungRule::At::due, 0, {}};
  if (text.ends_with("%")) {
    int percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, percent);
    if (error == std::errc() && end == text.data() + text.size() - 1 && percent >= 1 &&
        percent <= 99)
      return RungAt{RungRule::At::percent, percent, {}};
    return std::string("a percentage lies between 1% and 99%");
  }
  if (text.starts_with("+")) {
    const auto budget = parse_budget(text.substr(1));
    if (!budget) return budget.error();
    return RungAt{RungRule::At::after_due, 0, *budget};
  }
  return std::string("a rung is at start, N%, due, or +BUDGET");
}

boost::system::result<ReEntry, std::string> parse_re_entry(std::string_view text) {
  if (text == "baru") return ReEntry::fresh;
  if (text == "kumulatif") return ReEntry::cumulative;
  if (text == "sisa") return ReEntry::remainder;
  return std::string("masuk_kembali is baru, kumulatif or sisa");
}

boost::system::result<Party, std::string> parse_party(std::string_view text) {
  if (text == "kantor") return Party::office;
  if (text == "pemohon") return Party::applicant;
  if (text == "instansi_lain") return Party::other_agency;
  return std::string("a pause waits for kantor, pemohon or instansi_lain");
}

// Names are used in metrics, paths and file names.
bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class SopReader {
 public:
  explicit SopReader(const SourceFile& file) : file_(file) {}

  Loaded<Sop> read() {
    const YamlMap top =
        file_.document().map({"sop", "judul", "kalender", "nomor", "total", "layanan",
                              "dasar_hukum", "keberatan", "pimpinan", "pelaksana", "jeda",
                              "kendala", "langkah", "penarikan", "eskalasi", "eskalasi_layanan"});
    if (!top.present()) {
      if (file_.sound()) file_.fault(1, 1, "the file is empty");
      return file_.take_faults();
    }
    read_head(top);
    read_roles(top);
    read_pauses(top);
    read_obstacles(top);
    read_ladders(top);
    read_steps(top);
    check_references(top);
    if (!file_.sound()) return file_.take_faults();
    return std::move(sop_);
  }

 private:
  std::string identifier(const YamlValue& value) {
    std::string text = value.text();
    if (value.present() && value.is_scalar() && !is_identifier(text))
      value.fault("a name is lower-case letters, digits and _, at most 40");
    return text;
  }
  Budget budget(const YamlValue& value) { return value.parsed(parse_budget).value_or(Budget{}); }
  bool is_budget(const YamlValue& value) const {
    return value.is_scalar() && parse_budget(value.text()).has_value();
  }
  Trigger trigger(const YamlValue& value) {
    Trigger read = value.parsed(parse_trigger).value_or(Trigger{});
    if (!read.step.empty()) triggers_.push_back({read, value});
    return read;
  }
  std::string role_name(const YamlValue& value) {
    std::string role = value.text();
    if (value.present() && value.is_scalar()) role_uses_.push_back({role, value});
    return role;
  }

  void read_head(const YamlMap& top) {
    sop_.id = identifier(top.at("sop"));
    sop_.title = top.required_text("judul");
    sop_.calendar = identifier(top.at("kalender"));
    sop_.number_format = top.required_text("nomor");
    check_number_format(top);
    sop_.total = budget(top.at("total"));
    sop_.head = role_name(top.at("pimpinan"));
    const YamlMap service = top.at("layanan").map({"nama", "waktu", "mulai", "selesai"});
    if (service.present()) {
      sop_.case_name = service.text("nama").value_or(sop_.title);
      sop_.case_standard = budget(service.at("waktu"));
      sop_.case_starts = trigger(service.at("mulai"));
      for (const YamlValue& end : service.at("selesai").list_or_one())
        sop_.case_ends.push_back(trigger(end));
      if (service.has("selesai") && sop_.case_ends.empty())
        service.fault_at("selesai", "the case clock needs an end");
    }
    const YamlMap legal =
        top.at("dasar_hukum").map({"batas", "dasar", "akibat", "mulai", "jeda", "catatan"});
    if (legal.present()) {
      sop_.legal.limit = budget(legal.at("batas"));
      sop_.legal.basis = legal.required_text("dasar");
      sop_.legal.consequence = legal.required_text("akibat");
      sop_.legal.starts = trigger(legal.at("mulai"));
      sop_.legal.pauses = legal.find("jeda").flag_or(false);
      sop_.legal.remark = legal.text("catatan").value_or("");
    }
    read_objection(top.find("keberatan").map({"batas", "cara"}));
    const YamlMap withdrawal = top.find("penarikan").map({"pelaksana", "sampai"});
    if (withdrawal.present())
      sop_.withdrawal =
          Withdrawal{role_name(withdrawal.at("pelaksana")), withdrawal.required_text("sampai")};
  }

  void read_objection(const YamlMap& entry) {
    if (!entry.present()) return;
    Objection objection{budget(entry.at("batas")), entry.required_text("cara")};
    if (objection.how.ends_with('.'))
      entry.fault_at("cara", "goes on within a sentence (... paling lambat DATE): no full stop");
    sop_.objection = std::move(objection);
  }

  void check_number_format(const YamlMap& top) {
    const std::string& format = sop_.number_format;
    if (format.empty()) return;
    const auto sequence = format.find("{urut");
    const auto end = format.find('}', sequence == std::string::npos ? 0 : sequence);
    bool good = format.find("{tahun}") != std::string::npos && sequence != std::string::npos &&
                end != std::string::npos;
    if (good) {
      const std::string width = format.substr(sequence + 5, end - sequence - 5);
      good = width.empty() || (width.size() == 3 && width[0] == ':' && width[1] == '0' &&
                               width[2] >= '1' && width[2] <= '9');
    }
    if (!good)
      top.fault_at("nomor",
                   "a number holds {tahun} and {urut} or {urut:05}, like PAUD-{tahun}-{urut:05}");
  }

  void read_roles(const YamlMap& top) {
    for (const auto& [key, value] : top.at("pelaksana").entries()) {
      const YamlMap entry =
          value.map({"nama", "pemohon", "pengamat", "atasan", "tembusan", "bagi"});
      Role role;
      role.id = identifier(key);
      role.name = entry.required_text("nama");
      role.applicant = entry.find("pemohon").flag_or(false);
      role.observer = entry.find("pengamat").flag_or(false);
      if (entry.has("atasan")) role.superior = role_name(entry.find("atasan"));
      if (entry.has("tembusan")) role.copy = role_name(entry.find("tembusan"));
      if (const auto shared = entry.text("bagi")) {
        role.in_turn = *shared == "giliran";
        if (!role.in_turn) entry.fault_at("bagi", "bagi can only be giliran");
        if (role.applicant || role.observer)
          entry.fault_at("bagi", "this role has no tasks to share out");
      }
      role_places_.push_back(key);
      sop_.roles.push_back(std::move(role));
    }
    if (sop_.roles.empty()) top.fault_at("pelaksana", "an SOP needs at least one role");
  }

  void read_pauses(const YamlMap& top) {
    for (const auto& [key, value] : top.find("jeda").entries()) {
      const YamlMap entry = value.map({"nama", "hentikan_layanan", "kabari_pemohon", "menunggu",
                                       "sampai", "paling_lama", "perpanjangan", "di_luar_sop"});
      PauseReason reason;
      reason.id = identifier(key);
      reason.name = entry.required_text("nama");
      reason.stops_case = entry.find("hentikan_layanan").flag_or(false);
      reason.tells_applicant = entry.find("kabari_pemohon").flag_or(false);
      reason.waits_for = entry.find("menunggu").parsed(parse_party).value_or(Party::office);
      if (const auto until = entry.text("sampai")) {
        reason.needs_until = *until == "wajib";
        if (*until != "wajib" && *until != "opsional")
          entry.fault_at("sampai", "sampai is wajib or opsional");
      }
      if (entry.has("paling_lama")) reason.longest = budget(entry.find("paling_lama"));
      if (entry.has("perpanjangan"))
        reason.extensions = entry.find("perpanjangan").integer(0, 99).value_or(0);
      reason.beyond_sop = entry.find("di_luar_sop").flag_or(false);
      sop_.pauses.push_back(std::move(reason));
    }
  }

  void read_obstacles(const YamlMap& top) {
    for (const auto& [key, value] : top.find("kendala").entries()) {
      const YamlMap entry = value.map({"nama", "ingatkan_lagi", "di_luar_sop"});
      if (!entry.present()) continue;
      Obstacle obstacle;
      obstacle.id = identifier(key);
      obstacle.name = entry.required_text("nama");
      obstacle.remind_after = budget(entry.at("ingatkan_lagi"));
      obstacle.beyond_sop = entry.find("di_luar_sop").flag_or(false);
      sop_.obstacles.push_back(std::move(obstacle));
    }
  }

  std::vector<RungRule> read_rungs(const YamlValue& list, bool of_case) {
    std::vector<RungRule> rungs;
    std::set<std::string> names;
    for (const YamlValue& item : list.list()) {
      const YamlMap entry = item.map({"pada", "kepada", "kali", "mendesak"});
      if (!entry.present()) continue;
      RungRule rung;
      const RungAt at = entry.at("pada").parsed(parse_rung_at).value_or(RungAt{});
      rung.at = at.at;
      rung.percent = at.percent;
      rung.after = at.after;
      rung.times = entry.has("kali") ? entry.find("kali").integer(1, 100).value_or(1) : 1;
      if (rung.times > 1 && rung.at != RungRule::At::after_due)
        entry.fault_at("kali", "only a rung after the due instant is repeated");
      for (const YamlValue& to : entry.at("kepada").list_or_one()) {
        const auto target = to.parsed(parse_target);
        if (!target) continue;
        if (target->kind == Target::Kind::named_role) role_uses_.push_back({target->name, to});
        const bool of_nobody = target->kind == Target::Kind::applicant;
        if (of_case && !of_nobody && target->kind != Target::Kind::named_role)
          to.fault("the whole case has no role of its own: name a role");
        // Before its date there is nothing to apologise for, and on it that is told anyway.
        if (of_case && of_nobody && rung.at != RungRule::At::after_due)
          to.fault("of the whole case the applicant is told after the due instant: +BUDGET");
        rung.to.push_back(*target);
      }
      rung.urgent = entry.find("mendesak").flag_or(false);
      if (rung.to.empty()) entry.fault("a rung needs somebody to tell: kepada");
      if (!names.insert(rung.name()).second)
        entry.fault_at("pada", fmt::format("the rung {} is there already", rung.name()));
      rungs.push_back(std::move(rung));
    }
    return rungs;
  }

  // The step's own rungs in place of the ladder's of the same instant, others beside them. The
  // merged ladder bears the step's name, which no ladder of the file can: it holds a colon.
  void override_ladder(const YamlMap& entry, Step& step) {
    if (!entry.has("eskalasi")) return;
    const Ladder* base = sop_.find_ladder(step.ladder);
    Ladder own{"langkah:" + step.id, base ? base->rungs : std::vector<RungRule>()};
    for (RungRule& rung : read_rungs(entry.find("eskalasi"), false)) {
      const auto same = std::find_if(own.rungs.begin(), own.rungs.end(), [&](const RungRule& one) {
        return one.name() == rung.name();
      });
      if (same == own.rungs.end())
        own.rungs.push_back(std::move(rung));
      else
        *same = std::move(rung);
    }
    step.ladder = own.id;
    sop_.ladders.push_back(std::move(own));
  }

  void read_ladders(const YamlMap& top) {
    for (const auto& [key, value] : top.find("eskalasi").entries())
      sop_.ladders.push_back({identifier(key), read_rungs(value, false)});
    sop_.case_ladder = read_rungs(top.find("eskalasi_layanan"), true);
  }

  std::vector<Output> read_outputs(const YamlValue& value) {
    std::vector<Output> outputs;
    for (const YamlValue& item : value.list_or_one()) {
      for (const auto& [key, kind] : item.entries()) {
        Output output;
        output.kind = identifier(key);
        const std::string text = kind.text();
        output.file = text == "berkas" || text == "berkas_bernomor";
        output.numbered = text == "berkas_bernomor";
        if (!output.file && text != "tanda")
          kind.fault("an output is tanda, berkas or berkas_bernomor");
        outputs.push_back(std::move(output));
      }
    }
    return outputs;
  }

  void read_action(const YamlValue& key, const YamlValue& value, Step& step) {
    const YamlMap entry = value.map({"ke", "status", "catatan", "hasil", "untuk_hasil", "output",
                                     "kabar", "kabar_ulang", "otomatis", "di_luar_sop"});
    if (!entry.present()) return;
    ActionRule action;
    action.id = identifier(key);
    action.to = entry.text("ke").value_or("");
    if (!action.to.empty()) step_uses_.push_back({action.to, entry.find("ke")});
    if (const auto status = entry.text("status")) {
      const auto state = parse_permit_state(*status);
      if (!state)
        entry.fault_at("status",
                       "a status is active, returned, issued, rejected, withdrawn or lapsed");
      action.state = state.value_or(PermitState::active);
    }
    if (action.to.empty() != is_terminal(action.state))
      entry.fault("an action leads to a step (ke) or ends the permit (status), one of the two");
    if (const auto note = entry.text("catatan")) {
      if (*note == "wajib")
        action.note = ActionRule::Note::required;
      else if (*note == "kekurangan")
        action.note = ActionRule::Note::note_or_deficiencies;
      else
        entry.fault_at("catatan", "catatan is wajib or kekurangan");
    }
    if (const auto result = entry.text("hasil")) {
      if (*result == "pilihan")
        action.chooses_outcome = true;
      else
        action.sets_outcome = outcome(entry, "hasil", *result);
    }
    if (const auto only = entry.text("untuk_hasil"))
      action.only_for = outcome(entry, "untuk_hasil", *only);
    action.outputs = entry.has("output") ? read_outputs(entry.find("output")) : step.outputs;
    action.tells_applicant = entry.text("kabar").value_or("");
    action.tells_applicant_again = entry.text("kabar_ulang").value_or("");
    if (entry.has("otomatis")) action.automatic_after = budget(entry.find("otomatis"));
    action.beyond_sop = entry.find("di_luar_sop").flag_or(false);
    step.actions.push_back(std::move(action));
  }

  Outcome outcome(const YamlMap& entry, std::string_view key, std::string_view text) {
    const auto read = parse_outcome(text);
    if (!read || *read == Outcome::none) entry.fault_at(key, "an outcome is grant or refusal");
    return read.value_or(Outcome::none);
  }

  void read_steps(const YamlMap& top) {
    for (const YamlValue& item : top.at("langkah").list()) {
      const YamlMap entry = item.map({"id", "nama", "kegiatan", "pelaksana", "kelengkapan", "waktu",
                                      "output", "keterangan", "tangga", "aksi", "kabari", "jam",
                                      "masuk_kembali", "pengingat_perbaikan", "eskalasi"});
      if (!entry.present()) continue;
      Step step;
      step.number = static_cast<int>(sop_.steps.size()) + 1;
      step.id = identifier(entry.at("id"));
      step.activity = entry.required_text("kegiatan");
      step.short_name = entry.text("nama").value_or(step.activity);
      step.remarks = entry.text("keterangan").value_or("");
      step.role = role_name(entry.at("pelaksana"));
      step.needs = entry.find("kelengkapan").texts();
      step.standard = budget(entry.at("waktu"));
      budgets_read_ = budgets_read_ && is_budget(entry.find("waktu"));
      step.outputs = read_outputs(entry.find("output"));
      step.ladder = entry.text("tangga").value_or("");
      if (!step.ladder.empty() && !sop_.find_ladder(step.ladder))
        entry.fault_at("tangga",
                       fmt::format("there is no ladder '{}' under eskalasi", step.ladder));
      override_ladder(entry, step);
      step.tells_stage = entry.find("kabari").flag_or(false);
      if (const auto clock = entry.text("jam")) {
        step.clock_from_claim = *clock == "claim";
        if (!step.clock_from_claim) entry.fault_at("jam", "jam can only be claim");
      }
      step.re_entry = entry.find("masuk_kembali").parsed(parse_re_entry).value_or(ReEntry::fresh);
      for (const YamlValue& reminder : entry.find("pengingat_perbaikan").list())
        step.mend_reminders.push_back(budget(reminder));
      for (const auto& [key, value] : entry.at("aksi").entries()) read_action(key, value, step);
      if (step.actions.empty()) entry.fault("a step needs at least one action: aksi");
      if (sop_.find_step(step.id)) entry.fault_at("id", "a step of this name is there already");
      step_places_.push_back(item);
      sop_.steps.push_back(std::move(step));
    }
    if (sop_.steps.empty()) top.fault_at("langkah", "an SOP needs at least one step");
  }

  void check_references(const YamlMap& top) {
    for (const auto& [role, place] : role_uses_)
      if (!sop_.find_role(role))
        place.fault(fmt::format("there is no role '{}' under pelaksana", role));
    for (const auto& [step, place] : step_uses_)
      if (!sop_.find_step(step)) place.fault(fmt::format("there is no step '{}'", step));
    for (const auto& [trigger, place] : triggers_) {
      const Step* step = sop_.find_step(trigger.step);
      if (!step || !step->find_action(trigger.action))
        place.fault(fmt::format("no step '{}' has an action '{}'", trigger.step, trigger.action));
    }
    if (sop_.withdrawal && !sop_.find_step(sop_.withdrawal->until_step_opens))
      top.fault_at("penarikan", "sampai names a step");
    check_chains();
    mark_backward();
    if (sop_.steps.empty()) return;
    check_first_step();
    check_performers();
    check_copies();
    check_automatic();
    check_reach();
    check_needs();
    check_sum(top);
  }

  void check_chains() {
    for (std::size_t i = 0; i < sop_.roles.size(); ++i) {
      std::set<std::string> seen{sop_.roles[i].id};
      for (const std::string& superior : sop_.chain(sop_.roles[i].id))
        if (!seen.insert(superior).second) {
          role_places_[i].fault(
              fmt::format("the superiors of '{}' go round in a circle", sop_.roles[i].id));
          break;
        }
    }
  }

  void mark_backward() {
    for (Step& step : sop_.steps)
      for (ActionRule& action : step.actions)
        if (const Step* next = sop_.find_step(action.to))
          action.backward = next->number <= step.number;
  }

  void check_first_step() {
    const Step& first = sop_.steps.front();
    const std::vector<ActionRule>& actions = first.actions;
    // A returned file that is not mended may lapse by itself.
    const bool only_lapses =
        std::all_of(actions.begin() + !actions.empty(), actions.end(), [](const ActionRule& one) {
          return one.automatic_after && one.state == PermitState::lapsed;
        });
    if (!sop_.is_applicant(first.role) || actions.empty() || actions.front().automatic_after ||
        !only_lapses)
      step_places_.front().fault(
          "the first step is the applicant's and has one action, the submission, besides an "
          "automatic one by which a returned file lapses");
  }

  void check_performers() {
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      const Step& step = sop_.steps[i];
      const Role* role = sop_.find_role(step.role);
      if (role && role->observer)
        step_places_[i].fault(fmt::format("'{}' reads all and acts on nothing", role->id));
      if (role && role->applicant && !step.ladder.empty())
        step_places_[i].fault(
            "the applicant's own step is measured, never judged: it has no tangga");
      if (role && role->applicant && step.re_entry != ReEntry::fresh)
        step_places_[i].fault(
            "the applicant's own step is measured, never judged: it has no masuk_kembali");
    }
  }

  void check_copies() {
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      const Role* role = sop_.find_role(sop_.steps[i].role);
      const Ladder* ladder = sop_.find_ladder(sop_.steps[i].ladder);
      if (!role || !ladder || !role->copy.empty()) continue;
      for (const RungRule& rung : ladder->rungs)
        if (std::any_of(rung.to.begin(), rung.to.end(),
                        [](const Target& target) { return target.kind == Target::Kind::copy; }))
          step_places_[i].fault(
              fmt::format("the rung {} goes to copy, and the role '{}' has no "
                          "tembusan",
                          rung.name(), role->id));
    }
  }

  // The system hands in no files and has nothing to say.
  void check_automatic() {
    for (std::size_t i = 0; i < sop_.steps.size(); ++i)
      for (const ActionRule& action : sop_.steps[i].actions) {
        const bool needs_file =
            !action.backward && std::any_of(action.outputs.begin(), action.outputs.end(),
                                            [](const Output& output) { return output.file; });
        if (action.automatic_after && (needs_file || action.note != ActionRule::Note::optional))
          step_places_[i].fault(fmt::format(
              "the action '{}' needs a file or a note and cannot be automatic", action.id));
      }
  }

  void check_reach() {
    std::set<std::string> reached{sop_.steps.front().id};
    std::vector<std::string> ahead{sop_.steps.front().id};
    while (!ahead.empty()) {
      const Step* step = sop_.find_step(ahead.back());
      ahead.pop_back();
      if (!step) continue;
      for (const ActionRule& action : step->actions)
        if (!action.to.empty() && reached.insert(action.to).second) ahead.push_back(action.to);
    }
    for (std::size_t i = 0; i < sop_.steps.size(); ++i)
      if (!reached.contains(sop_.steps[i].id))
        step_places_[i].fault(fmt::format("no action leads to the step '{}'", sop_.steps[i].id));
  }

  // A need must have been brought by an earlier step, or by the application itself.
  void check_needs() {
    std::set<std::string> there(sop_.steps.front().needs.begin(), sop_.steps.front().needs.end());
    for (std::size_t i = 0; i < sop_.steps.size(); ++i) {
      for (const std::string& need : sop_.steps[i].needs)
        if (!there.contains(need))
          step_places_[i].fault(
              fmt::format("'{}' needs '{}', which no earlier step brings", sop_.steps[i].id, need));
      for (const Output& output : sop_.steps[i].outputs) there.insert(output.kind);
    }
  }

  // The form carries minutes into hours, which is a matter of writing, not of working time.
  static Budget as_on_the_form(Budget budget) {
    budget.hours += budget.minutes / 60;
    budget.minutes %= 60;
    return budget;
  }

  void check_sum(const YamlMap& top) {
    if (!budgets_read_ || !is_budget(top.find("total"))) return;  // said already
    Budget sum;
    for (const Step& step : sop_.steps) sum = sum + step.standard;
    if (!(as_on_the_form(sum) == as_on_the_form(sop_.total)))
      top.fault_at("total", fmt::format("the steps add up to {}, not {}",
                                        as_on_the_form(sum).to_string(), sop_.total.to_string()));
  }

  YamlFile file_;
  Sop sop_;
  bool budgets_read_ = true;
  std::vector<YamlValue> role_places_, step_places_;
  std::vector<std::pair<std::string, YamlValue>> role_uses_, step_uses_;
  std::vector<std::pair<Trigger, YamlValue>> triggers_;
};

}  // namespace

Loaded<Sop> load_sop(const SourceFile& file) { return SopReader(file).read(); }

}  // namespace tenggat
