#include "daemon/store/report.h"

#include "daemon/store/rows.h"

namespace tenggat::store {
namespace {

// $1 the SOP, $2 the month's first day.
constexpr const char* kMonths =
    "SELECT to_char(bulan, 'YYYY-MM'), masuk, terbit, terbit_tepat_waktu, ditolak, ditarik, gugur,"
    " tepat_waktu, terlambat, terlambat_belum_selesai,"
    " (rata_hari_kerja * (SELECT hari_kerja_detik FROM laporan.sop WHERE sop = $1))::bigint"
    " FROM laporan.kepatuhan_bulanan WHERE sop = $1"
    " AND bulan BETWEEN $2::date - interval '12 months' AND $2::date ORDER BY bulan";
constexpr const char* kSteps =
    "SELECT langkah, langkah_nama, selesai, tepat_waktu, terlambat, terlambat_belum_selesai, "
    "pengembalian,"
    " kerja_p50::bigint, kerja_p90::bigint, menunggu_p50::bigint, menunggu_p90::bigint,"
    " mengerjakan_p50::bigint, mengerjakan_p90::bigint"
    " FROM laporan.langkah_bulanan WHERE sop = $1 AND bulan = $2::date ORDER BY urutan";
constexpr const char* kCauses =
    "SELECT langkah_nama, sebab, jumlah, belum_selesai FROM laporan.sebab_bulanan"
    " WHERE sop = $1 AND bulan = $2::date ORDER BY jumlah DESC, langkah, sebab";
constexpr const char* kDeficiencies =
    "SELECT dokumen, sum(jumlah)::bigint FROM laporan.kekurangan_bulanan"
    " WHERE sop = $1 AND bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1";
constexpr const char* kEscalations =
    "SELECT langkah_nama, sum(jumlah)::bigint FROM laporan.eskalasi_bulanan"
    " WHERE sop = $1 AND bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1";
constexpr const char* kPauses =
    "SELECT j.alasan_nama, count(*) FROM laporan.bulan_sop() m JOIN laporan.jeda j ON j.sop = m.sop"
    " AND j.dari >= m.dari AND j.dari < m.sampai AND j.dari <@ m.rentang"
    " WHERE m.sop = $1 AND m.bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1";
constexpr const char* kLate =
    "SELECT k.nomor, k.pemohon, k.perihal, k.batas, k.selesai,"
    " coalesce((SELECT string_agg(DISTINCT c.kendala_nama, ', ') FROM laporan.kendala c"
    "           WHERE c.id = k.id AND c.kendala IS NOT NULL), '')"
    " FROM laporan.kasus_terlambat k WHERE k.sop = $1 AND k.bulan = $2::date ORDER BY "
    "k.terlambat_sejak LIMIT $3";

std::vector<MonthFigures> months_of(const pg::Result& r) {
  std::vector<MonthFigures> months;
  for (int row = 0; row < r.rows(); ++row)
    months.push_back({text_at(r, row, 0), r.int64(row, 1), r.int64(row, 2), r.int64(row, 3),
                      r.int64(row, 4), r.int64(row, 5), r.int64(row, 6), r.int64(row, 7),
                      r.int64(row, 8), r.int64(row, 9), r.optional_int64(row, 10)});
  return months;
}

std::vector<StepFigures> steps_of(const pg::Result& r) {
  std::vector<StepFigures> steps;
  for (int row = 0; row < r.rows(); ++row)
    steps.push_back({text_at(r, row, 0), text_at(r, row, 1), r.int64(row, 2), r.int64(row, 3),
                     r.int64(row, 4), r.int64(row, 5), r.int64(row, 6), r.optional_int64(row, 7),
                     r.optional_int64(row, 8), r.optional_int64(row, 9), r.optional_int64(row, 10),
                     r.optional_int64(row, 11), r.optional_int64(row, 12)});
  return steps;
}

std::vector<CauseFigures> causes_of(const pg::Result& r) {
  std::vector<CauseFigures> causes;
  for (int row = 0; row < r.rows(); ++row)
    causes.push_back({text_at(r, row, 0), text_at(r, row, 1), r.int64(row, 2), r.int64(row, 3)});
  return causes;
}

std::vector<NamedCount> counts_of(const pg::Result& r) {
  std::vector<NamedCount> counts;
  for (int row = 0; row < r.rows(); ++row) counts.push_back({text_at(r, row, 0), r.int64(row, 1)});
  return counts;
}

std::vector<LateCase> late_of(const pg::Result& r) {
  std::vector<LateCase> late;
  for (int row = 0; row < r.rows(); ++row)
    late.push_back({text_at(r, row, 0), text_at(r, row, 1), text_at(r, row, 2),
                    r.optional_instant(row, 3), r.optional_instant(row, 4), text_at(r, row, 5)});
  return late;
}

}  // namespace

pg::Awaitable<MonthReport> month_report(pg::Connection& connection, std::string sop,
                                        std::string month) {
  const std::string first_day = month + "-01";
  pg::Pipeline pipeline;
  for (const char* sql : {kMonths, kSteps, kCauses, kDeficiencies, kEscalations, kPauses})
    pipeline.add(sql, sop, first_day);
  pipeline.add(kLate, sop, first_day, kLateCasesAtMost);
  const std::vector<pg::Result> results = co_await connection.run(std::move(pipeline));
  co_return MonthReport{months_of(results.at(0)), steps_of(results.at(1)),
                        causes_of(results.at(2)), counts_of(results.at(3)),
                        counts_of(results.at(4)), counts_of(results.at(5)),
                        late_of(results.at(6))};
}

}  // namespace tenggat::store
