#include "rules/sop/load_sop.h"

#include <algorithm>

#include "rules/sop/sop_reader.h"
#include "rules/utf8.h"

namespace tenggat {
namespace {

// A document's name goes into lists and labels; what a column of the form prints, onto the form.
constexpr std::size_t kMostOfName = 60, kMostInColumn = 200;

Read<Trigger> parse_trigger(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size())
    return say<Wrong::bad_trigger>();
  return Trigger{std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

Read<Party> parse_party(std::string_view text) {
  if (text == "kantor") return Party::office;
  if (text == "pemohon") return Party::applicant;
  if (text == "instansi_lain") return Party::other_agency;
  return say<Wrong::bad_party>();
}

}  // namespace

// Names are used in metrics, paths and file names.
bool is_identifier(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

Read<Budget> read_budget(std::string_view text) {
  if (const auto budget = parse_budget(text)) return *budget;
  return say<Wrong::no_budget>();
}

void check_length(const YamlValue& value, std::size_t most_characters) {
  if (value.is_scalar() && characters_in(value.text()) > most_characters)
    value.fault(say<Wrong::body_too_long>(most_characters));
}

SopReader::SopReader(const SourceFile& file)
    : file_(file), accepted_before_(file.accepted_before) {}

Loaded<Sop> SopReader::read() {
  const YamlMap top = file_.document().map(
      {"sop",     "judul",       "identitas", "kalender",  "nomor",     "total",
       "layanan", "dasar_hukum", "keberatan", "pimpinan",  "pelaksana", "isian",
       "jeda",    "kendala",     "langkah",   "penarikan", "eskalasi",  "eskalasi_layanan",
       "dokumen", "singkatan"});
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
  read_fields(top.find("isian"));
  read_steps(top);
  read_documents(top.find("dokumen"));
  mark_backward();
  prove();
  if (!file_.sound()) return file_.take_faults();
  return std::move(sop_);
}

// Of a file that is wrong already only what does not follow from that is said as well. Of one that
// was in force once nothing is asked that was not asked then.
void SopReader::prove() {
  const bool way_holds = check_soundness(sop_, places_);
  if (accepted_before_) return;
  if (way_holds && file_.sound()) sop_.states = explore(sop_, places_);
  if (!way_holds || file_.sound()) check_total(sop_, places_, way_holds);
}

// --- what several parts read ---------------------------------------------------------------------

std::string SopReader::identifier(const YamlValue& value) {
  std::string text = value.text();
  if (value.is_scalar() && !is_identifier(text)) value.fault(say<Wrong::bad_name>());
  return text;
}

Budget SopReader::budget(const YamlValue& value) {
  return value.parsed(read_budget).value_or(Budget{});
}

Trigger SopReader::trigger(const YamlValue& value) {
  Trigger read = value.parsed(parse_trigger).value_or(Trigger{});
  if (!read.step.empty()) places_.triggers.push_back({read, value});
  return read;
}

std::string SopReader::role_name(const YamlValue& value) {
  std::string role = value.text();
  if (value.present() && value.is_scalar()) places_.role_uses.push_back({role, value});
  return role;
}

// --- the head ------------------------------------------------------------------------------------

void SopReader::read_head(const YamlMap& top) {
  sop_.id = identifier(top.at("sop"));
  sop_.title = top.required_text("judul");
  sop_.calendar = identifier(top.at("kalender"));
  read_number(top.at("nomor"));
  read_identity(top.find("identitas")
                    .map({"nama_sop", "nomor_sop", "tanggal_pembuatan", "tanggal_revisi",
                          "tanggal_efektif", "disahkan_oleh", "dasar_hukum", "keterkaitan",
                          "peringatan", "kualifikasi", "peralatan", "pencatatan"}));
  read_total(top.find("total"));
  sop_.head = role_name(top.find("pimpinan"));
  read_service(top.find("layanan").map({"nama", "waktu", "mulai", "selesai"}));
  read_law(top.find("dasar_hukum").map({"batas", "dasar", "akibat", "mulai", "jeda", "catatan"}));
  read_objection(top.find("keberatan").map({"batas", "cara", "sop"}));
  const YamlMap withdrawal = top.find("penarikan").map({"pelaksana", "sampai"});
  if (withdrawal.present())
    sop_.withdrawal =
        Withdrawal{role_name(withdrawal.at("pelaksana")), withdrawal.required_text("sampai")};
}

void SopReader::read_total(const YamlValue& value) {
  if (!value.present()) return;
  if (value.is_map()) {
    const YamlMap entry = value.map({"paling_cepat", "paling_lama"});
    sop_.shortest = entry.at("paling_cepat").parsed(read_budget);
    sop_.total = entry.at("paling_lama").parsed(read_budget);
  } else {
    sop_.total = value.parsed(read_budget);
  }
}

void SopReader::read_service(const YamlMap& service) {
  sop_.case_name = sop_.title;
  if (!service.present()) return;
  sop_.case_name = service.text("nama").value_or(sop_.title);
  sop_.case_standard = budget(service.at("waktu"));
  sop_.case_starts = trigger(service.at("mulai"));
  for (const YamlValue& end : service.at("selesai").list_or_one())
    sop_.case_ends.push_back(trigger(end));
  if (service.has("selesai") && sop_.case_ends.empty())
    service.fault_at("selesai", say<Wrong::no_case_end>());
}

void SopReader::read_law(const YamlMap& law) {
  if (!law.present()) return;
  sop_.legal.limit = budget(law.at("batas"));
  sop_.legal.basis = law.required_text("dasar");
  sop_.legal.consequence = law.required_text("akibat");
  sop_.legal.starts = trigger(law.at("mulai"));
  sop_.legal.pauses = law.find("jeda").flag_or(false);
  sop_.legal.remark = law.text("catatan").value_or("");
}

void SopReader::read_objection(const YamlMap& entry) {
  if (!entry.present()) return;
  Objection objection{budget(entry.at("batas")), entry.required_text("cara"), ""};
  if (objection.how.ends_with('.')) entry.fault_at("cara", say<Wrong::stop_within_sentence>());
  if (entry.has("sop")) objection.sop = identifier(entry.find("sop"));
  sop_.objection = std::move(objection);
}

void SopReader::read_identity(const YamlMap& entry) {
  if (!entry.present()) return;
  Identity& identity = sop_.identity;
  identity.name = entry.text("nama_sop").value_or("");
  identity.number = entry.text("nomor_sop").value_or("");
  identity.created = entry.text("tanggal_pembuatan").value_or("");
  identity.revised = entry.text("tanggal_revisi").value_or("");
  identity.effective = entry.text("tanggal_efektif").value_or("");
  identity.approved_by = entry.text("disahkan_oleh").value_or("");
  const auto texts = [&](std::string_view key) {
    std::vector<std::string> all;
    for (const YamlValue& one : entry.find(key).list_or_one()) all.push_back(one.text());
    return all;
  };
  identity.legal_basis = texts("dasar_hukum");
  identity.related = texts("keterkaitan");
  identity.warnings = texts("peringatan");
  identity.qualifications = texts("kualifikasi");
  identity.equipment = texts("peralatan");
  identity.records = texts("pencatatan");
}

void SopReader::read_number(const YamlValue& value) {
  sop_.number_at = value.place();
  if (accepted_before_)
    sop_.number_format = NumberFormat::accepted_before(value.text());
  else if (auto read = value.parsed(&NumberFormat::parse))
    sop_.number_format = *std::move(read);
}

// --- roles, pauses, obstacles --------------------------------------------------------------------

void SopReader::read_roles(const YamlMap& top) {
  const YamlValue roles = top.at("pelaksana");
  for (const auto& [key, value] : roles.entries())
    read_role(key, value.map({"nama", "pemohon", "pengamat", "atasan", "tembusan", "bagi",
                              "layanan", "menunggu"}));
  if (roles.is_map() && sop_.roles.empty()) roles.fault(say<Wrong::no_roles>());
}

void SopReader::read_role(const YamlValue& key, const YamlMap& entry) {
  Role role;
  role.id = identifier(key);
  role.name = entry.required_text("nama");
  role.applicant = entry.find("pemohon").flag_or(false);
  role.observer = entry.find("pengamat").flag_or(false);
  role.system = entry.find("layanan").flag_or(false);
  role.waits_for = entry.find("menunggu").parsed(parse_party).value_or(Party::office);
  if (role.system && (role.applicant || role.observer))
    entry.fault_at("layanan", say<Wrong::system_is_no_person>(role.id));
  if (!role.system && entry.has("menunggu"))
    entry.fault_at("menunggu", say<Wrong::waits_for_no_system>(role.id));
  if (entry.has("atasan")) role.superior = role_name(entry.find("atasan"));
  if (entry.has("tembusan")) role.copy = role_name(entry.find("tembusan"));
  if (!accepted_before_ && !role.id.empty() && role.copy == role.id)
    entry.fault_at("tembusan", say<Wrong::copy_to_itself>(role.id));
  if (const auto shared = entry.text("bagi")) {
    role.in_turn = *shared == "giliran";
    if (!role.in_turn) entry.fault_at("bagi", say<Wrong::bad_turn>());
    if (role.applicant || role.observer || role.system)
      entry.fault_at("bagi", say<Wrong::no_turn>());
  }
  places_.roles.push_back(key);
  sop_.roles.push_back(std::move(role));
}

void SopReader::read_pauses(const YamlMap& top) {
  for (const auto& [key, value] : top.find("jeda").entries()) {
    const YamlMap entry =
        value.map({"nama", "hentikan_layanan", "kabari_pemohon", "menunggu", "sampai",
                   "paling_lama", "perpanjangan", "paling_banyak", "sebut_syarat", "di_luar_sop"});
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
    if (entry.has("paling_banyak"))
      reason.most = entry.find("paling_banyak").integer(1, 99).value_or(0);
    reason.names_requirement = entry.find("sebut_syarat").flag_or(false);
    reason.beyond_sop = entry.find("di_luar_sop").flag_or(false);
    sop_.pauses.push_back(std::move(reason));
  }
}

void SopReader::read_obstacles(const YamlMap& top) {
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

// After the steps, which say what documents there are.
void SopReader::read_documents(const YamlValue& names) {
  const bool steps_are_sound = file_.sound();
  const std::vector<std::string> known = sop_.kinds_of_documents();
  for (const auto& [key, value] : names.entries()) {
    const YamlMap entry = value.map({"label", "kelengkapan", "output"});
    if (!entry.present()) continue;
    DocumentName name;
    name.kind = identifier(key);
    name.label = entry.required_text("label");
    check_length(entry.find("label"), kMostOfName);
    for (const auto& [column, text] :
         {std::pair("kelengkapan", &name.as_need), std::pair("output", &name.as_output)}) {
      if (!entry.has(column)) continue;
      *text = entry.required_text(column);
      check_length(entry.find(column), kMostInColumn);
    }
    if (steps_are_sound && is_identifier(name.kind) &&
        std::find(known.begin(), known.end(), name.kind) == known.end())
      key.fault(say<Wrong::no_document>(name.kind));
    sop_.documents.push_back(std::move(name));
  }
}

void SopReader::read_abbreviations(const YamlValue& list) {
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

Loaded<Sop> load_sop(const SourceFile& file) { return SopReader(file).read(); }

}  // namespace tenggat
