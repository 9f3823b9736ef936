#include "rules/sop/load_sop.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "rules/fault_words.h"
#include "rules/sop/sop_soundness.h"

namespace tenggat {
namespace {

template <class T>
using Read = boost::system::result<T, Said>;

Read<Budget> read_budget(std::string_view text) {
  if (const auto budget = parse_budget(text)) return *budget;
  return say<Wrong::no_budget>();
}

Read<Trigger> parse_trigger(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size())
    return say<Wrong::bad_trigger>();
  return Trigger{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

Read<Target> parse_target(std::string_view text) {
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
    return say<Wrong::bad_level>();
  }
  return Target{Target::Kind::named_role, 1, std::string(text)};
}

struct RungAt {
  RungRule::At at = RungRule::At::due;
  int percent = 0;
  Budget after;
};

Read<RungAt> parse_rung_at(std::string_view text) {
  if (text == "start") return RungAt{RungRule::At::start, 0, {}};
  if (text == "due") return RungAt{RungRule::At::due, 0, {}};
  if (text.ends_with("%")) {
    int percent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size() - 1, percent);
    if (error == std::errc() && end == text.data() + text.size() - 1 && percent >= 1 &&
        percent <= 99)
      return RungAt{RungRule::At::percent, percent, {}};
    return say<Wrong::bad_percentage>();
  }
  if (text.starts_with("+")) {
    const auto budget = read_budget(text.substr(1));
    if (!budget) return budget.error();
    return RungAt{RungRule::At::after_due, 0, *budget};
  }
  return say<Wrong::bad_rung>();
}

Read<ReEntry> parse_re_entry(std::string_view text) {
  if (text == "baru") return ReEntry::fresh;
  if (text == "kumulatif") return ReEntry::cumulative;
  if (text == "sisa") return ReEntry::remainder;
  return say<Wrong::bad_re_entry>();
}

Read<Party> parse_party(std::string_view text) {
  if (text == "kantor") return Party::office;
  if (text == "pemohon") return Party::applicant;
  if (text == "instansi_lain") return Party::other_agency;
  return say<Wrong::bad_party>();
}

// Names are used in metrics, paths and file names.
bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

class SopReader {
 public:
  explicit SopReader(const SourceFile& file)
      : file_(file), accepted_before_(file.accepted_before) {}

  Loaded<Sop> read() {
    const YamlMap top = file_.document().map(
        {"sop", "judul", "kalender", "nomor", "total", "layanan", "dasar_hukum", "keberatan",
         "pimpinan", "pelaksana", "jeda", "kendala", "langkah", "penarikan", "eskalasi",
         "eskalasi_layanan", "singkatan"});
    places_.top = top;
    if (!top.present()) {
      if (file_.sound()) file_.fault(1, 1, say<Wrong::empty_file>());
      return file_.take_faults();
    }
    read_head(top);
    read_roles(top);
    read_pauses(top);
    read_obstacles(top);
    read_abbreviations(top.find("singkatan"));
    read_ladders(top);
    read_steps(top);
    mark_backward();
    check_soundness(sop_, places_);
    if (!file_.sound()) return file_.take_faults();
    return std::move(sop_);
  }

 private:
  std::string identifier(const YamlValue& value) {
    std::string text = value.text();
    if (value.is_scalar() && !is_identifier(text)) value.fault(say<Wrong::bad_name>());
    return text;
  }
  Budget budget(const YamlValue& value) { return value.parsed(read_budget).value_or(Budget{}); }
  Trigger trigger(const YamlValue& value) {
    Trigger read = value.parsed(parse_trigger).value_or(Trigger{});
    if (!read.step.empty()) places_.triggers.push_back({read, value});
    return read;
  }
  std::string role_name(const YamlValue& value) {
    std::string role = value.text();
    if (value.present() && value.is_scalar()) places_.role_uses.push_back({role, value});
    return role;
  }

  void read_head(const YamlMap& top) {
    sop_.id = identifier(top.at("sop"));
    sop_.title = top.required_text("judul");
    sop_.calendar = identifier(top.at("kalender"));
    read_number(top.at("nomor"));
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
        service.fault_at("selesai", say<Wrong::no_case_end>());
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
    if (objection.how.ends_with('.')) entry.fault_at("cara", say<Wrong::stop_within_sentence>());
    sop_.objection = std::move(objection);
  }

  void read_number(const YamlValue& value) {
    sop_.number_at = value.place();
    if (accepted_before_)
      sop_.number_format = NumberFormat::accepted_before(value.text());
    else if (auto read = value.parsed(&NumberFormat::parse))
      sop_.number_format = *std::move(read);
  }

  void read_roles(const YamlMap& top) {
    const YamlValue roles = top.at("pelaksana");
    for (const auto& [key, value] : roles.entries()) {
      const YamlMap entry =
          value.map({"nama", "pemohon", "pengamat", "atasan", "tembusan", "bagi"});
      Role role;
      role.id = identifier(key);
      role.name = entry.required_text("nama");
      role.applicant = entry.find("pemohon").flag_or(false);
      role.observer = entry.find("pengamat").flag_or(false);
      if (entry.has("atasan")) role.superior = role_name(entry.find("atasan"));
      if (entry.has("tembusan")) role.copy = role_name(entry.find("tembusan"));
      if (!accepted_before_ && !role.id.empty() && role.copy == role.id)
        entry.fault_at("tembusan", say<Wrong::copy_to_itself>(role.id));
      if (const auto shared = entry.text("bagi")) {
        role.in_turn = *shared == "giliran";
        if (!role.in_turn) entry.fault_at("bagi", say<Wrong::bad_turn>());
        if (role.applicant || role.observer) entry.fault_at("bagi", say<Wrong::no_turn>());
      }
      places_.roles.push_back(key);
      sop_.roles.push_back(std::move(role));
    }
    if (roles.is_map() && sop_.roles.empty()) roles.fault(say<Wrong::no_roles>());
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
          entry.fault_at("sampai", say<Wrong::bad_until>());
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
      const auto at = entry.at("pada").parsed(parse_rung_at);
      if (!at) continue;
      rung.at = at->at;
      rung.percent = at->percent;
      rung.after = at->after;
      rung.times = entry.has("kali") ? entry.find("kali").integer(1, 100).value_or(1) : 1;
      if (rung.times > 1 && rung.at != RungRule::At::after_due)
        entry.fault_at("kali", say<Wrong::repeated_rung>());
      const std::vector<YamlValue> told = entry.at("kepada").list_or_one();
      for (const YamlValue& to : told) {
        const auto target = to.parsed(parse_target);
        if (!target) continue;
        if (!accepted_before_ &&
            std::find(rung.to.begin(), rung.to.end(), *target) != rung.to.end())
          to.fault(say<Wrong::told_twice>(to.text()));
        if (target->kind == Target::Kind::named_role)
          places_.role_uses.push_back({target->name, to});
        const bool of_nobody = target->kind == Target::Kind::applicant;
        if (of_case && !of_nobody && target->kind != Target::Kind::named_role)
          to.fault(say<Wrong::case_has_no_role>());
        // Before its date there is nothing to apologise for, and on it that is told anyway.
        if (of_case && of_nobody && rung.at != RungRule::At::after_due)
          to.fault(say<Wrong::case_apology>());
        rung.to.push_back(*target);
      }
      rung.urgent = entry.find("mendesak").flag_or(false);
      if (told.empty() && entry.find("kepada").is_list()) entry.fault(say<Wrong::nobody_told>());
      if (!names.insert(rung.name()).second)
        entry.fault_at("pada", say<Wrong::rung_twice>(rung.name()));
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

  // How a button may be called, and what was done by it.
  static constexpr std::ptrdiff_t kMostWords = 60, kMostReason = 200;

  std::string words(const YamlMap& entry, std::string_view key) {
    if (!entry.has(key)) return "";
    std::string text = entry.required_text(key);
    check_length(entry.find(key), kMostWords);
    return text;
  }
  static void check_length(const YamlValue& value, std::ptrdiff_t most) {
    if (!value.is_scalar()) return;
    const std::string text = value.text();
    const auto characters = std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // not a later byte of one
    });
    if (characters > most) value.fault(say<Wrong::body_too_long>(most));
  }

  ActionWords read_words(const YamlMap& entry) {
    ActionWords read{words(entry, "tombol"), words(entry, "sudah"), {}};
    if (read.done.ends_with('.')) entry.fault_at("sudah", say<Wrong::stop_after_done>());
    for (const YamlValue& reason : entry.find("alasan").list()) {
      const std::string text = reason.text();
      if (!reason.is_scalar()) continue;
      if (text.empty())
        reason.fault(say<Wrong::blank>("alasan"));
      else if (std::find(read.reasons.begin(), read.reasons.end(), text) != read.reasons.end())
        reason.fault(say<Wrong::list_twice>(text));
      check_length(reason, kMostReason);
      read.reasons.push_back(text);
    }
    return read;
  }

  void read_abbreviations(const YamlValue& list) {
    for (const YamlValue& one : list.list()) {
      const std::string text = one.text();
      if (!one.is_scalar()) continue;
      const bool is_word = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      });
      if (text.empty() || !is_word)
        one.fault(say<Wrong::bad_abbreviation>());
      else if (std::find(sop_.abbreviations.begin(), sop_.abbreviations.end(), text) !=
               sop_.abbreviations.end())
        one.fault(say<Wrong::list_twice>(text));
      sop_.abbreviations.push_back(text);
    }
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
        if (!output.file && text != "tanda") kind.fault(say<Wrong::bad_output>());
        outputs.push_back(std::move(output));
      }
    }
    return outputs;
  }

  void read_action(const YamlValue& key, const YamlValue& value, Step& step) {
    const YamlMap entry =
        value.map({"ke", "status", "catatan", "hasil", "untuk_hasil", "output", "kabar",
                   "kabar_ulang", "otomatis", "di_luar_sop", "tombol", "sudah", "alasan"});
    if (!entry.present()) return;
    ActionRule action;
    action.id = identifier(key);
    action.words = read_words(entry);
    if (entry.has("alasan") && !entry.has("catatan"))
      entry.fault_at("alasan", say<Wrong::reasons_without_note>());
    action.to = entry.text("ke").value_or("");
    if (!action.to.empty()) places_.step_uses.push_back({action.to, entry.find("ke")});
    bool readable = entry.find("ke").is_scalar() == entry.has("ke");
    if (const auto status = entry.text("status")) {
      const auto state = parse_permit_state(*status);
      if (!state) entry.fault_at("status", say<Wrong::bad_status>());
      readable = readable && state;
      action.state = state.value_or(PermitState::active);
    }
    if (readable && action.to.empty() != is_terminal(action.state))
      entry.fault(say<Wrong::leads_nowhere>());
    if (const auto note = entry.text("catatan")) {
      if (*note == "wajib")
        action.note = ActionRule::Note::required;
      else if (*note == "kekurangan")
        action.note = ActionRule::Note::note_or_deficiencies;
      else
        entry.fault_at("catatan", say<Wrong::bad_note>());
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
    if (!read || *read == Outcome::none) entry.fault_at(key, say<Wrong::bad_outcome>());
    return read.value_or(Outcome::none);
  }

  void read_steps(const YamlMap& top) {
    const YamlValue steps = top.at("langkah");
    for (const YamlValue& item : steps.list()) {
      places_.steps_named = places_.steps_named && item.is_map();
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
      places_.budgets_read = places_.budgets_read && is_budget(entry.find("waktu"));
      step.outputs = read_outputs(entry.find("output"));
      step.ladder = entry.text("tangga").value_or("");
      if (!step.ladder.empty() && !sop_.find_ladder(step.ladder))
        entry.fault_at("tangga", say<Wrong::no_ladder>(step.ladder));
      override_ladder(entry, step);
      step.tells_stage = entry.find("kabari").flag_or(false);
      if (const auto clock = entry.text("jam")) {
        step.clock_from_claim = *clock == "claim";
        if (!step.clock_from_claim) entry.fault_at("jam", say<Wrong::bad_clock>());
      }
      step.re_entry = entry.find("masuk_kembali").parsed(parse_re_entry).value_or(ReEntry::fresh);
      for (const YamlValue& reminder : entry.find("pengingat_perbaikan").list())
        step.mend_reminders.push_back(budget(reminder));
      for (const auto& [key, value] : entry.at("aksi").entries()) read_action(key, value, step);
      const YamlValue written = entry.find("aksi");
      if (written.is_map() && written.entries().empty()) entry.fault(say<Wrong::no_actions>());
      const bool twice = sop_.find_step(step.id) != nullptr;
      if (twice && !step.id.empty()) entry.fault_at("id", say<Wrong::step_twice>());
      places_.steps_named = places_.steps_named && !twice && is_identifier(step.id);
      places_.steps.push_back(item);
      sop_.steps.push_back(std::move(step));
    }
    if (sop_.steps.empty() && steps.is_list()) steps.fault(say<Wrong::no_steps>());
    places_.steps_named = places_.steps_named && !sop_.steps.empty();
  }

  void mark_backward() {
    for (Step& step : sop_.steps)
      for (ActionRule& action : step.actions)
        if (const Step* next = sop_.find_step(action.to))
          action.backward = next->number <= step.number;
  }

  YamlFile file_;
  Sop sop_;
  SopPlaces places_;
  bool accepted_before_;
};

}  // namespace

Loaded<Sop> load_sop(const SourceFile& file) { return SopReader(file).read(); }

}  // namespace tenggat
