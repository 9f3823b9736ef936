#include "notifiers/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "notifiers/utf8.h"
#include "notifiers/words.h"
#include "rules/fault_words.h"
#include "rules/utf8.h"
#include "rules/yaml.h"

namespace tenggat::notify {
namespace {

constexpr std::size_t kShortestValue = 24;  // shortening leaves at least this many characters
constexpr std::size_t kListedItems = 5;

// What an office may not have.
constexpr std::array<std::string_view, 4> kMayBeEmpty{"tautan_skm", "cara_keberatan",
                                                      "tautan_bukti", "segel"};

// clang-format off
constexpr std::array<std::string_view, 41> kTextsSent{
    "diterima", "lengkap", "dikembalikan", "tahap", "terbit", "ralat", "klarifikasi",
    "jadwal_kunjungan", "terlambat_pemohon", "perubahan_tanggal", "perbaikan_diterima",
    "pengingat_perbaikan", "ditolak", "ditarik", "gugur", "tugas_baru", "pengingat", "terlambat",
    "eskalasi", "laporan", "alarm_layanan", "daftar", "daftar_pagi", "rekap_harian",
    "rangkuman_gangguan", "kanal_terganggu", "tautan_lacak", "tautan_masuk", "penunjukan_plh",
    "perubahan_kantor", "risiko_fiktif_positif", "tugas_dialihkan", "jawaban_pemohon",
    "fiktif_positif", "tugas_dibatalkan", "arahan", "daftar_eskalasi", "pesan_pemohon",
    "balasan_pemohon", "balasan_petugas", "balasan_umum"};
// clang-format on

bool is_link(std::string_view field) { return field.starts_with("tautan"); }

// A shortened link does not open, a shortened number or date misleads.
bool may_be_shortened(std::string_view field) {
  constexpr std::array<std::string_view, 9> kWhole{
      "tautan", "nomor", "tanggal", "waktu", "jumlah", "persen", "zona", "perkiraan", "segel"};
  return std::ranges::none_of(kWhole,
                              [field](std::string_view start) { return field.starts_with(start); });
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_name_character);
}

// A pattern cut at its fields: "Yth. {a}, b" is literal "Yth. ", field "a", literal ", b".
struct Piece {
  bool is_field = false;
  std::string_view text;
};

// Nothing where a brace has no partner or holds no name.
std::optional<std::vector<Piece>> pieces_of(std::string_view pattern) {
  std::vector<Piece> pieces;
  while (!pattern.empty()) {
    const std::size_t brace = std::min(pattern.find_first_of("{}"), pattern.size());
    if (brace > 0) pieces.push_back({false, pattern.substr(0, brace)});
    pattern.remove_prefix(brace);
    if (pattern.empty()) break;
    const std::size_t end = pattern.find('}');
    if (pattern.front() != '{' || end == std::string_view::npos) return std::nullopt;
    const std::string_view field = pattern.substr(1, end - 1);
    if (!is_name(field)) return std::nullopt;
    pieces.push_back({true, field});
    pattern.remove_prefix(end + 1);
  }
  return pieces;
}

std::vector<std::string> fields_of(const std::vector<Piece>& pieces) {
  std::vector<std::string> names;
  for (const Piece& piece : pieces) {
    if (!piece.is_field) continue;
    if (std::ranges::find(names, piece.text) == names.end()) names.emplace_back(piece.text);
  }
  return names;
}

bool full_stop_touches_link(const std::vector<Piece>& pieces) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (!pieces[i].is_field || !is_link(pieces[i].text)) continue;
    if (i > 0 && pieces[i - 1].text.ends_with('.') && !pieces[i - 1].is_field) return true;
    if (i + 1 < pieces.size() && pieces[i + 1].text.starts_with('.')) return true;
  }
  return false;
}

void check_known(const YamlMap& entry, std::string_view key,
                 const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!sample_fields().contains(name)) {
      entry.fault_at(key, say<Wrong::unknown_field>(name));
    }
  }
}

void check_body(const YamlMap& entry, Text& text) {
  if (text.body.empty()) return;
  if (has_control_byte(text.body)) {
    entry.fault_at("isi", say<Wrong::body_line_break>());
  }
  if (characters(text.body) > kMaxBodyCharacters) {
    entry.fault_at("isi", say<Wrong::body_too_long>(kMaxBodyCharacters));
  }
  const auto pieces = pieces_of(text.body);
  if (!pieces) {
    entry.fault_at("isi", say<Wrong::stray_brace>());
    return;
  }
  text.field_names = fields_of(*pieces);
  check_known(entry, "isi", text.field_names);
  if (pieces->front().is_field || pieces->back().is_field) {
    entry.fault_at("isi", say<Wrong::field_at_the_end>());
  }
  if (full_stop_touches_link(*pieces)) {
    entry.fault_at("isi", say<Wrong::stop_at_link>());
  }
}

void check_subject(const YamlMap& entry, const Text& text) {
  if (text.subject.empty()) return;
  if (has_control_byte(text.subject)) entry.fault_at("subjek", say<Wrong::subject_line_break>());
  const auto pieces = pieces_of(text.subject);
  if (!pieces) {
    entry.fault_at("subjek", say<Wrong::stray_brace>());
    return;
  }
  for (const std::string& name : fields_of(*pieces)) {
    if (std::ranges::find(text.field_names, name) == text.field_names.end()) {
      entry.fault_at("subjek", say<Wrong::field_not_in_body>(name));
    }
  }
}

Text read_text(const YamlValue& value) {
  const YamlMap entry = value.map({"id", "audience", "subjek", "template", "isi", "pengganti"});
  Text text;
  text.id = entry.required_text("id");
  const std::string reader = entry.required_text("audience");
  text.reader = reader == "pemohon" ? Reader::applicant : Reader::officer;
  if (!reader.empty() && reader != "pemohon" && reader != "petugas") {
    entry.fault_at("audience", say<Wrong::bad_audience>());
  }
  text.subject = entry.required_text("subjek");
  text.template_name = entry.required_text("template");
  if (!text.template_name.empty() && !is_name(text.template_name)) {
    entry.fault_at("template", say<Wrong::bad_template>());
  }
  text.body = entry.required_text("isi");
  check_body(entry, text);
  check_subject(entry, text);
  const YamlMap instead = entry.find("pengganti").map({"teks", "bila_kosong"});
  if (instead.present()) {
    text.instead_of = instead.required_text("teks");
    text.when_empty = instead.required_text("bila_kosong");
  }
  return text;
}

bool has_field(const Text& text, std::string_view field) {
  return std::ranges::find(text.field_names, field) != text.field_names.end();
}

// Whether this text takes the other's place where the field is empty.
bool stands_in(const Text& other, const Text& text, std::string_view field) {
  return other.instead_of == text.id && other.when_empty == field && !has_field(other, field) &&
         other.reader == text.reader;
}

// Whether another text is taken before this one is reached with that field empty: it stands for a
// text itself, whose earlier stand-in that is.
bool never_reached(const std::vector<Text>& texts, const Text& text, std::string_view field) {
  const auto replaced = std::ranges::find(texts, text.instead_of, &Text::id);
  if (text.instead_of.empty() || replaced == texts.end()) return false;
  return std::any_of(texts.data(), &text,
                     [&](const Text& other) { return stands_in(other, *replaced, field); });
}

// Each text whose field may be empty has one that takes its place then, and none else has.
void check_stand_ins(YamlFile& file, const std::vector<Text>& texts) {
  for (const Text& text : texts) {
    for (const std::string_view field : kMayBeEmpty)
      if (has_field(text, field) && !never_reached(texts, text, field) &&
          std::ranges::none_of(texts,
                               [&](const Text& other) { return stands_in(other, text, field); }))
        file.fault(0, 0, say<Wrong::text_no_stand_in>(text.id, field, text.id, field));
    if (!text.instead_of.empty() && std::ranges::none_of(texts, [&](const Text& other) {
          return has_field(other, text.when_empty) && stands_in(text, other, text.when_empty);
        }))
      file.fault(0, 0, say<Wrong::text_stands_for_none>(text.id, text.instead_of, text.when_empty));
  }
}

// The text itself or, where a field of it is empty, the first that takes its place; the same of
// that one.
const Text& chosen(const Texts& texts, const Text& text,
                   const std::map<std::string, std::string>& fields) {
  const Text* taken = &text;
  for (std::size_t i = 0; i < texts.all().size(); ++i) {
    const auto instead = std::ranges::find_if(texts.all(), [&](const Text& other) {
      const auto given = fields.find(other.when_empty);
      return other.instead_of == taken->id && given != fields.end() && given->second.empty();
    });
    if (instead == texts.all().end()) break;
    taken = &*instead;
  }
  return *taken;
}

// Of a text that was checked when it was loaded, for these values: where a field beside the zone
// tells no time after all ("belum ditetapkan"), the zone falls away.
std::vector<Piece> pieces_to_fill(std::string_view pattern,
                                  const std::map<std::string, std::string>& values) {
  auto pieces = pieces_of(pattern);
  if (!pieces) throw std::logic_error("a text was not checked when it was loaded");
  for (std::size_t i = 0; i + 2 < pieces->size(); ++i) {
    const Piece &moment = (*pieces)[i], &blank = (*pieces)[i + 1], &zone = (*pieces)[i + 2];
    if (!moment.is_field || blank.is_field || blank.text != " " || !zone.is_field ||
        zone.text != "zona")
      continue;
    const std::string& value = values.at(std::string(moment.text));
    if (value.empty() || value.back() < '0' || value.back() > '9')
      pieces->erase(pieces->begin() + static_cast<std::ptrdiff_t>(i) + 1,
                    pieces->begin() + static_cast<std::ptrdiff_t>(i) + 3);
  }
  return std::move(*pieces);
}

bool full_stop_follows(std::string_view pattern, const std::string& field) {
  return pattern.find("{" + field + "}.") != std::string_view::npos;
}

std::string replaced(std::string_view pattern, const std::map<std::string, std::string>& values) {
  std::string out;
  for (const Piece& piece : pieces_to_fill(pattern, values)) {
    out += piece.is_field ? values.at(std::string(piece.text)) : std::string(piece.text);
  }
  return out;
}

void shorten_longest(std::map<std::string, std::string>& values, std::size_t excess) {
  std::string* longest = nullptr;
  std::size_t length = kShortestValue;
  for (auto& [field, value] : values) {
    const std::size_t n = characters(value);
    if (may_be_shortened(field) && n > length) {
      longest = &value;
      length = n;
    }
  }
  if (longest == nullptr)
    throw std::logic_error("a text is too long even with its values shortened");
  const std::size_t kept =
      length > excess + 1 + kShortestValue ? length - excess - 1 : kShortestValue - 1;
  const std::size_t closing = longest->starts_with("\u2068");  // what set_apart() puts at the end
  std::string cut(first_characters(*longest, kept - closing));
  while (cut.ends_with(' ')) cut.pop_back();
  *longest = set_apart(cut + "…");
}

}  // namespace

Texts::Texts(std::vector<Text> texts, std::string language)
    : texts_(std::move(texts)), language_(std::move(language)) {}

void Texts::translate(Texts translation) {
  translations_.push_back(std::make_shared<const Texts>(std::move(translation)));
}

const Texts& Texts::in(std::string_view language) const {
  for (const auto& one : translations_)
    if (one->language() == language) return *one;
  return *this;
}

const Text* Texts::find(std::string_view id) const {
  const auto found = std::ranges::find(texts_, id, &Text::id);
  return found == texts_.end() ? nullptr : &*found;
}

Loaded<Texts> load_texts(const SourceFile& source) {
  YamlFile file(source);
  const YamlMap top = file.document().map({"bahasa", "teks"});
  const std::string language = top.text("bahasa").value_or("id");
  if (language != "id" && language != "en") top.fault_at("bahasa", say<Wrong::bad_language>());
  std::vector<Text> texts;
  std::set<std::string> ids, templates;
  for (const YamlValue& value : top.at("teks").list()) {
    Text text = read_text(value);
    if (!text.id.empty() && !ids.insert(text.id).second) {
      value.fault(say<Wrong::text_twice>(text.id));
    }
    if (!text.template_name.empty() && !templates.insert(text.template_name).second) {
      value.fault(say<Wrong::template_twice>(text.template_name));
    }
    texts.push_back(std::move(text));
  }
  for (const std::string_view id : kTextsSent) {
    if (file.sound() && !ids.contains(std::string(id))) {
      file.fault(0, 0, say<Wrong::text_missing>(id));
    }
  }
  if (file.sound()) check_stand_ins(file, texts);
  if (!file.sound()) return file.take_faults();
  return Texts(std::move(texts), language);
}

std::vector<Said> translation_faults(const Texts& original, const Texts& translation) {
  std::vector<Said> faults;
  for (const Text& text : original.all()) {
    const Text* other = translation.find(text.id);
    if (other == nullptr) {
      faults.push_back(say<Wrong::text_missing>(text.id));
      continue;
    }
    if (other->reader != text.reader || other->template_name != text.template_name ||
        other->instead_of != text.instead_of || other->when_empty != text.when_empty)
      faults.push_back(say<Wrong::text_differs>(text.id));
    const std::set<std::string> names(text.field_names.begin(), text.field_names.end());
    const std::set<std::string> others(other->field_names.begin(), other->field_names.end());
    if (names != others) faults.push_back(say<Wrong::text_other_fields>(text.id));
  }
  for (const Text& text : translation.all())
    if (original.find(text.id) == nullptr) faults.push_back(say<Wrong::text_not_original>(text.id));
  return faults;
}

Rendered render(const Texts& texts, std::string_view text_id,
                const std::map<std::string, std::string>& fields) {
  const Text* text = texts.find(text_id);
  if (text == nullptr) throw std::logic_error(fmt::format("no text {}", text_id));
  text = &chosen(texts, *text, fields);
  std::map<std::string, std::string> values;
  for (const std::string& name : text->field_names) {
    const auto given = fields.find(name);
    if (given == fields.end()) {
      throw std::logic_error(fmt::format("text {} was given no {{{}}}", text_id, name));
    }
    std::string line = one_line(given->second);
    // What people wrote ends with a full stop of its own as often as not.
    if (full_stop_follows(text->body, name)) line = without_full_stop(std::move(line));
    values[name] = line.empty() ? "-" : set_apart(line);
  }
  Rendered rendered;
  rendered.body = replaced(text->body, values);
  for (std::size_t n = characters(rendered.body); n > kMaxBodyCharacters;
       n = characters(rendered.body)) {
    shorten_longest(values, n - kMaxBodyCharacters);
    rendered.body = replaced(text->body, values);
  }
  rendered.subject = replaced(text->subject, values);
  rendered.template_name = text->template_name;
  rendered.language = texts.language();
  rendered.field_names = text->field_names;
  for (const std::string& name : text->field_names) rendered.fields.push_back(values.at(name));
  rendered.parameters = template_body(text->body, values).parameters;
  return rendered;
}

TemplateBody template_body(const std::string& body,
                           const std::map<std::string, std::string>& values) {
  const std::vector<Piece> pieces = pieces_to_fill(body, values);
  TemplateBody made;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (!piece.is_field) {
      made.text += piece.text;
      continue;
    }
    std::string value = values.at(std::string(piece.text));
    const auto at = [&pieces](std::size_t place) {
      return place < pieces.size() ? pieces[place] : Piece{};
    };
    while (true) {
      const bool parted = !at(i + 1).is_field;  // from what comes next, by some words or blanks
      const std::string_view blanks = parted ? at(i + 1).text : std::string_view{};
      const std::size_t next = parted ? i + 2 : i + 1;
      if (!at(next).is_field || blanks.find_first_not_of(' ') != std::string_view::npos) break;
      value += std::string(blanks) + values.at(std::string(at(next).text));
      i = next;
    }
    made.parameters.push_back(std::move(value));
    made.text += fmt::format("{{{{{}}}}}", made.parameters.size());
  }
  return made;
}

const std::map<std::string, std::string>& sample_fields() {
  static const std::map<std::string, std::string> kSamples{
      {"alasan",
       "(1) Pas foto kepala sekolah: belum dilampirkan; (2) Denah ruang: belum ditandatangani"},
      {"cara_keberatan",
       "secara tertulis kepada Kepala DPMPTSP Kota Banjarbaru paling lambat 20 Mei 2026"},
      {"belum", "1"},
      {"daftar",
       "PAUD-2026-00417 Kajian Teknis, batas Jumat 10 April, 15.34 WITA; PAUD-2026-00421 Kajian "
       "Teknis, "
       "batas Senin 13 April, 09.12 WITA"},
      {"daftar_eskalasi",
       "PAUD-2026-00389 https://perizinan.banjarbarukota.go.id/permohonan/7445283910266880389 "
       "tahap "
       "Kajian teknis, terlambat 2 hari kerja 1 jam, penanggung jawab Dewi Lestari; "
       "PAUD-2026-00413 "
       "https://perizinan.banjarbarukota.go.id/permohonan/7445283910266880413 tahap Verifikasi "
       "berkas, "
       "terlambat 4 jam 14 menit, belum ada penanggung jawab"},
      {"dasar",
       "tanggal 8 April 2026 ditetapkan sebagai hari libur (Keputusan Wali Kota Nomor "
       "100.3/12/2026)"},
      {"hari_ini", "3"},
      {"instansi", "DPMPTSP Kota Banjarbaru"},
      {"jabatan", "Plh. Kepala Bidang Perizinan"},
      {"jabatan_atasan", "Kepala Dinas Pendidikan"},
      {"judul_izin", "Izin Penyelenggaraan PAUD"},
      {"jumlah", "2"},
      {"kanal", "WhatsApp"},
      {"keadaan", "sisa waktu kerja 7 jam 30 menit"},
      {"kembali", "1"},
      {"keterlambatan", "2 jam 10 menit (jam kerja)"},
      {"masuk", "4"},
      {"mulai", "Senin, 13 April 2026"},
      {"nama_pemohon", "Siti Aminah"},
      {"nama_petugas", "Ahmad Fauzi"},
      {"nama_tahap", "Kajian Teknis"},
      {"nomor", "PAUD-2026-00417"},
      {"nomor_sk", "503/017/PAUD/DPMPTSP/2026"},
      {"nomor_surat", "800/123/DPMPTSP/2026"},
      {"pelaku", "Ahmad Fauzi"},
      {"pemberi_arahan", "Rina Wahyuni, Kepala Bidang Perizinan"},
      {"penanggung_jawab", "belum ada petugas"},
      {"perihal", "PAUD Melati Ceria"},
      {"perkiraan", "Kamis, 16 April 2026 pukul 14.20"},
      {"perubahan", "Data pegawai siti diubah (alamat email diubah)"},
      {"persen", "96,4"},
      {"proses", "12"},
      {"segel",
       "nomor 17, Rabu, 15 April 2026 pukul 00.01 WITA, akar "
       "5f0c9a7d1e2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5"},
      {"selesai", "Jumat, 17 April 2026"},
      {"standar_layanan", "5 hari kerja"},
      {"tanggal", "Rabu, 15 April 2026"},
      {"tanggal_batas", "Rabu, 15 April 2026 pukul 13.55"},
      {"tanggal_lama", "Jumat, 10 April 2026 pukul 16.25"},
      {"tautan", "https://perizinan.example.go.id/lacak/Zk3v0b9uQ2mT7xY1aB4cDe"},
      {"tautan_bukti",
       "https://perizinan.example.go.id/cek/"
       "AYGA_ICAgICAARcFAIDDjNAGiF2RZ5Zx0vNYHOD6cNpFbG8nSJbT5oYeQ2mN1cVt7wKzXyBaDfHjLpRsUvWq"
       "A1b2C3d4E5f6G7h8I9j0KaLbMcNdOePfQgRhSiTjUkVlWmXnYoZp0q1r2s3t4u5v"},
      {"tautan_skm", "https://perizinan.example.go.id/skm"},
      {"tepat_waktu", "96,4% dari 28 yang terbit bulan ini"},
      {"terbit", "5"},
      {"terlambat", "1"},
      {"waktu", "Kamis, 2 April 2026 pukul 14.00"},
      {"waktu_batas", "Rabu, 15 April 2026 pukul 10.34"},
      {"waktu_tersisa", "waktu kerja 2 jam 10 menit"},
      {"zona", "WITA"},
  };
  return kSamples;
}

std::string list_of_five(const std::vector<std::string>& items, bool english) {
  const std::size_t shown = std::min(items.size(), kListedItems);
  std::string list;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) list += "; ";
    list += items[i];
  }
  if (items.size() > shown)
    list += fmt::format(fmt::runtime(english ? "; and {} more" : "; dan {} lainnya"),
                        items.size() - shown);
  return list;
}

}  // namespace tenggat::notify
