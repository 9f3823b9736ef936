// Steps and what is done in them (`langkah`, `aksi`).
#include <algorithm>

#include "rules/sop/sop_reader.h"

namespace tenggat {
namespace {

// How a button may be called, and what was done by it; a ready-made reason, a requirement.
constexpr std::size_t kMostWords = 60, kMostReason = 200;

Read<ReEntry> parse_re_entry(std::string_view text) {
  if (text == "baru") return ReEntry::fresh;
  if (text == "kumulatif") return ReEntry::cumulative;
  if (text == "sisa") return ReEntry::remainder;
  return say<Wrong::bad_re_entry>();
}

}  // namespace

std::string SopReader::words(const YamlMap& entry, std::string_view key) {
  if (!entry.has(key)) return "";
  std::string text = entry.required_text(key);
  check_length(entry.find(key), kMostWords);
  return text;
}

ActionWords SopReader::read_words(const YamlMap& entry) {
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

std::vector<Output> SopReader::read_outputs(const YamlValue& value) {
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

// --- actions -------------------------------------------------------------------------------------

void SopReader::read_action(const YamlValue& key, const YamlValue& value, Step& step) {
  const YamlMap entry =
      value.map({"ke", "ke_pilihan", "bila", "batalkan_cabang", "hadir_sendiri", "status",
                 "catatan", "hasil", "untuk_hasil", "output", "kabar", "kabar_ulang", "otomatis",
                 "di_luar_sop", "tombol", "sudah", "alasan"});
  if (!entry.present()) return;
  ActionRule action;
  action.id = identifier(key);
  action.words = read_words(entry);
  if (entry.has("alasan") && !entry.has("catatan"))
    entry.fault_at("alasan", say<Wrong::reasons_without_note>());
  read_leads(entry, action);
  action.when = read_condition(entry.find("bila"));
  action.cancels_branches = entry.find("batalkan_cabang").flag_or(false);
  action.in_person = step.in_person || entry.find("hadir_sendiri").flag_or(false);
  if (const auto note = entry.text("catatan")) {
    if (*note == "wajib")
      action.note = ActionRule::Note::required;
    else if (*note == "kekurangan")
      action.note = ActionRule::Note::note_or_deficiencies;
    else
      entry.fault_at("catatan", say<Wrong::bad_note>());
  }
  read_outcomes(entry, action);
  action.outputs = entry.has("output") ? read_outputs(entry.find("output")) : step.outputs;
  action.tells_applicant = entry.text("kabar").value_or("");
  action.tells_applicant_again = entry.text("kabar_ulang").value_or("");
  if (entry.has("otomatis")) action.automatic_after = budget(entry.find("otomatis"));
  action.beyond_sop = entry.find("di_luar_sop").flag_or(false);
  step.actions.push_back(std::move(action));
  places_.actions.back().push_back(key);
}

// Where it leads, or how it ends the permit.
void SopReader::read_leads(const YamlMap& entry, ActionRule& action) {
  const YamlValue to = entry.find("ke");
  const YamlValue choices = entry.find("ke_pilihan");
  bool readable = true;
  if (to.present() && choices.present()) {
    entry.fault_at("ke_pilihan", say<Wrong::leads_twice>());
    places_.steps_named = false;  // its way is not known
    return;
  }
  action.chooses_branches = choices.present();
  action.forks = choices.present() || to.is_list();
  if (action.forks) {
    const YamlValue& branches = choices.present() ? choices : to;
    for (const YamlValue& item : branches.list()) read_lead(item, action);
    readable = readable && branches.is_list();
    if (branches.is_list() && branches.list().empty()) {
      branches.fault(say<Wrong::no_branches>());
      readable = false;
    }
    if (action.to.empty()) places_.steps_named = false;  // its way is not known
  } else if (to.present()) {
    readable = readable && to.is_scalar();
    if (std::string step = to.text(); !step.empty()) action.to.push_back({std::move(step), {}});
    if (!action.to.empty()) places_.step_uses.push_back({action.to.front().step, to});
  }
  if (const auto status = entry.text("status")) {
    const auto state = parse_permit_state(*status);
    if (!state) entry.fault_at("status", say<Wrong::bad_status>());
    readable = readable && state;
    action.state = state.value_or(PermitState::active);
  }
  if (readable && action.to.empty() != is_terminal(action.state))
    entry.fault(say<Wrong::leads_nowhere>());
}

// A step's name, or {langkah: its name, bila: a condition}.
void SopReader::read_lead(const YamlValue& item, ActionRule& action) {
  Lead lead;
  YamlValue name = item;
  if (item.is_map()) {
    const YamlMap entry = item.map({"langkah", "bila"});
    name = entry.at("langkah");
    lead.when = read_condition(entry.find("bila"));
  }
  lead.step = name.text();
  if (lead.step.empty()) return;
  if (action.leads_to(lead.step)) return name.fault(say<Wrong::list_twice>(lead.step));
  places_.step_uses.push_back({lead.step, name});
  action.to.push_back(std::move(lead));
}

void SopReader::read_outcomes(const YamlMap& entry, ActionRule& action) {
  if (const auto result = entry.text("hasil")) {
    if (*result == "pilihan")
      action.chooses_outcome = true;
    else
      action.sets_outcome = outcome(entry, "hasil", *result);
  }
  if (const auto only = entry.text("untuk_hasil"))
    action.only_for = outcome(entry, "untuk_hasil", *only);
}

Outcome SopReader::outcome(const YamlMap& entry, std::string_view key, std::string_view text) {
  const auto read = parse_outcome(text);
  if (!read || *read == Outcome::none) entry.fault_at(key, say<Wrong::bad_outcome>());
  return read.value_or(Outcome::none);
}

// --- steps ---------------------------------------------------------------------------------------

void SopReader::read_steps(const YamlMap& top) {
  const YamlValue steps = top.at("langkah");
  for (const YamlValue& item : steps.list()) {
    places_.steps_named = places_.steps_named && item.is_map();
    const YamlMap entry = item.map({"id",
                                    "nama",
                                    "kegiatan",
                                    "pelaksana",
                                    "kelengkapan",
                                    "waktu",
                                    "output",
                                    "keterangan",
                                    "tangga",
                                    "aksi",
                                    "kabari",
                                    "jam",
                                    "masuk_kembali",
                                    "pengingat_perbaikan",
                                    "eskalasi",
                                    "gabung",
                                    "hentikan_layanan",
                                    "hadir_sendiri",
                                    "kunjungan",
                                    "isian",
                                    "syarat"});
    if (!entry.present()) continue;
    places_.steps.push_back(item);
    places_.actions.emplace_back();
    Step step = read_step(entry);
    const bool twice = sop_.find_step(step.id) != nullptr;
    if (twice && !step.id.empty()) entry.fault_at("id", say<Wrong::step_twice>());
    places_.steps_named = places_.steps_named && !twice && is_identifier(step.id);
    sop_.steps.push_back(std::move(step));
  }
  if (sop_.steps.empty() && steps.is_list()) steps.fault(say<Wrong::no_steps>());
  places_.steps_named = places_.steps_named && !sop_.steps.empty();
}

Step SopReader::read_step(const YamlMap& entry) {
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
  step.joins = entry.find("gabung").flag_or(false);
  step.stops_case = entry.find("hentikan_layanan").flag_or(false);
  step.in_person = entry.find("hadir_sendiri").flag_or(false);
  step.field_visit = entry.find("kunjungan").flag_or(false);
  for (const YamlValue& field : entry.find("isian").list()) {
    const std::string name = field.text();
    if (field.is_scalar() && !sop_.find_field(name)) field.fault(say<Wrong::no_field>(name));
    step.fields.push_back(name);
  }
  read_requirements(entry.find("syarat"), step);
  const YamlValue actions = entry.at("aksi");
  for (const auto& [key, value] : actions.entries()) read_action(key, value, step);
  if (actions.is_map() && actions.entries().empty()) entry.fault(say<Wrong::no_actions>());
  return step;
}

void SopReader::read_requirements(const YamlValue& list, Step& step) {
  for (const YamlValue& item : list.list()) {
    const YamlMap entry = item.map({"id", "teks"});
    if (!entry.present()) continue;
    Requirement one{identifier(entry.at("id")), entry.required_text("teks")};
    check_length(entry.find("teks"), kMostReason);
    if (std::any_of(step.requirements.begin(), step.requirements.end(),
                    [&](const Requirement& other) { return other.id == one.id; }))
      entry.fault_at("id", say<Wrong::list_twice>(one.id));
    step.requirements.push_back(std::move(one));
  }
}

// To this or an earlier step; of a fork the earliest counts.
void SopReader::mark_backward() {
  for (Step& step : sop_.steps)
    for (ActionRule& action : step.actions)
      for (const Lead& lead : action.to)
        if (const Step* next = sop_.find_step(lead.step))
          action.backward = action.backward || next->number <= step.number;
}

}  // namespace tenggat
