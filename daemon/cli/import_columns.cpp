#include "daemon/cli/import_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace tenggat::cli {
namespace {

struct ColumnNames {
  std::string_view key;
  std::vector<std::string_view> others;  // folded
};

const std::vector<ColumnNames>& columns() {
  static const std::vector<ColumnNames> all{
      {"external_id", {"idlama", "noberkas", "idsistemlama"}},
      {"sop", {"layanan", "jenisizin", "izin"}},
      {"number", {"nomor", "nomorpermohonan", "nopermohonan"}},
      {"name", {"nama", "namapemohon", "pemohon"}},
      {"email", {"surel", "alamatemail"}},
      {"whatsapp", {"wa", "nohp", "nomorhp", "nomorwhatsapp", "nowa"}},
      {"subject", {"perihal", "atasnama", "objek"}},
      {"submitted_at", {"tanggalmasuk", "diajukan", "tanggalpengajuan", "masuk"}},
      {"started_at", {"mulaidiisi"}},
      {"accepted_at", {"dinyatakanlengkap", "tanggallengkap", "lengkap"}},
      {"step", {"tahap", "langkah", "posisi"}},
      {"step_opened_at", {"masuktahap", "sejak", "tahapsejak"}},
      {"assignee", {"petugas", "penanggungjawab"}},
      {"state", {"status", "keadaan"}},
      {"ended_at", {"selesai", "tanggalselesai", "berakhir"}},
      {"outcome", {"hasil", "keputusan"}}};
  return all;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string small;
  for (const char c : text)
    if (std::string_view(" _-./").find(c) == std::string_view::npos)
      small += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return small;
}

std::string key_of_heading(std::string_view heading) {
  for (const char* prefix : {"fields.", "isian."}) {
    const std::string_view begin(prefix);
    if (heading.size() <= begin.size()) continue;
    std::string small(heading.substr(0, begin.size()));
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return static_cast<char>(std::tolower(c)); });
    if (small == begin) return fmt::format("fields/{}", heading.substr(begin.size()));
  }
  const std::string wanted = folded(heading);
  if (wanted == "no" || wanted == "nourut") return std::string(kRunningNumber);
  for (const ColumnNames& column : columns())
    if (folded(column.key) == wanted ||
        std::find(column.others.begin(), column.others.end(), wanted) != column.others.end())
      return std::string(column.key);
  return "";
}

std::string names_of_columns() {
  std::string all;
  for (const ColumnNames& column : columns())
    all += (all.empty() ? "" : ", ") + std::string(column.key);
  return all;
}

std::string other_names_of(std::string_view key) {
  static constexpr std::array<std::array<std::string_view, 2>, 3> kNeeded{
      {{"name", "nama pemohon"}, {"subject", "perihal"}, {"submitted_at", "tanggal masuk"}}};
  for (const auto& [of, other] : kNeeded)
    if (of == key) return std::string(other);
  return "";
}

std::string letters_of_column(std::size_t column) {
  std::string letters;
  for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (n - 1) % 26));
  return letters;
}

std::optional<PermitState> state_named(std::string_view text) {
  const std::string wanted = folded(text);
  if (wanted == "aktif" || wanted == "proses" || wanted == "diproses") return PermitState::active;
  if (wanted == "dikembalikan") return PermitState::returned;
  if (wanted == "terbit" || wanted == "selesai") return PermitState::issued;
  if (wanted == "ditolak") return PermitState::rejected;
  if (wanted == "ditarik") return PermitState::withdrawn;
  if (wanted == "gugur") return PermitState::lapsed;
  return parse_permit_state(wanted);
}

std::optional<Outcome> outcome_named(std::string_view text) {
  const std::string wanted = folded(text);
  if (wanted == "izin" || wanted == "dikabulkan") return Outcome::grant;
  if (wanted == "penolakan" || wanted == "ditolak") return Outcome::refusal;
  return parse_outcome(wanted);
}

}  // namespace tenggat::cli
