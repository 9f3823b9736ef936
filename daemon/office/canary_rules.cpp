#include "daemon/office/canary_rules.h"

#include <stdexcept>

#include "daemon/store/canary.h"
#include "rules/calendar/load_calendar.h"
#include "rules/sop/load_sop.h"

namespace tenggat::office {
namespace {

constexpr const char* kSuperior = "_atasan_kenari";

constexpr const char* kSop = R"(sop: _kenari
judul: Kenari
kalender: _kenari
nomor: "KENARI-{tahun}-{urut}"
total: 2m
pimpinan: _atasan_kenari
layanan: {nama: Kenari, waktu: 1d, mulai: kenari.selesai, selesai: kenari.selesai}
dasar_hukum: {batas: 1d, dasar: tidak ada, akibat: tidak ada, mulai: kenari.selesai}
pelaksana:
  _pelepas: {nama: Pelepas kenari, pemohon: true}
  _kenari: {nama: Kenari, atasan: _atasan_kenari}
  _atasan_kenari: {nama: Penerima kenari}
eskalasi:
  kenari:
    - {pada: due, kepada: superior, mendesak: true}
langkah:
  - {id: pengajuan, kegiatan: Kenari dilepas, pelaksana: _pelepas, waktu: 1m,
     aksi: {submit: {ke: kenari}}}
  - {id: kenari, kegiatan: Kenari, pelaksana: _kenari, waktu: 1m, tangga: kenari,
     aksi: {selesai: {status: issued}}}
)";

constexpr const char* kCalendar = R"(kalender: _kenari
zona: Etc/UTC
hari_nominal: 24h
tahun: [2026]
jam_kerja: {senin: ["00:00-24:00"], selasa: ["00:00-24:00"], rabu: ["00:00-24:00"],
  kamis: ["00:00-24:00"], jumat: ["00:00-24:00"], sabtu: ["00:00-24:00"],
  minggu: ["00:00-24:00"]}
)";

store::RuleSet set_of(const std::string& kind, const SourceFile& file) {
  return {.kind = kind,
          .name = "_kenari",
          .hash = store::content_hash(kind, {file}),
          .files = {file},
          .in_force = false};
}

template <class T>
T sound(Loaded<T> loaded) {
  if (!loaded) throw std::logic_error("the canary's rules: " + loaded.error().front().to_string());
  return std::move(*loaded);
}

}  // namespace

std::shared_ptr<const CanaryRules> canary_rules() {
  const SourceFile sop{"kenari.yaml", kSop}, calendar{"kenari.yaml", kCalendar};
  auto rules = std::make_shared<CanaryRules>(
      CanaryRules{sound(load_sop(sop)), sound(load_calendar(calendar, {})), set_of("sop", sop),
                  set_of("calendar", calendar)});
  rules->sop.version = rules->sop_set.hash;
  return rules;
}

People canary_people(const std::string& to) {
  Officer superior{.id = store::kCanaryOfficer,
                   .name = "Kenari",
                   .email = {},
                   .whatsapp = {},
                   .roles = {kSuperior},
                   .leaves = {},
                   .ended = {}};
  (to.find('@') != std::string::npos ? superior.email : superior.whatsapp) = to;
  return {.officers = {std::move(superior)}, .delegations = {}};
}

}  // namespace tenggat::office
