#include "daemon/store/report.h"

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kMonth = columns(
    given("to_char(bulan, 'YYYY-MM')", &MonthFigures::month),
    given("masuk", &MonthFigures::submitted), given("terbit", &MonthFigures::issued),
    given("terbit_tepat_waktu", &MonthFigures::issued_in_time),
    given("ditolak", &MonthFigures::rejected), given("ditarik", &MonthFigures::withdrawn),
    given("gugur", &MonthFigures::lapsed), given("tepat_waktu", &MonthFigures::met),
    given("terlambat", &MonthFigures::missed),
    given("terlambat_belum_selesai", &MonthFigures::missed_open),
    given("(rata_hari_kerja * (SELECT hari_kerja_detik FROM laporan.sop WHERE sop = $1))::bigint",
          &MonthFigures::average_seconds));
constexpr auto kStep =
    columns(given("langkah", &StepFigures::step), given("langkah_nama", &StepFigures::name),
            given("selesai", &StepFigures::completed), given("tepat_waktu", &StepFigures::met),
            given("terlambat", &StepFigures::missed),
            given("terlambat_belum_selesai", &StepFigures::missed_open),
            given("pengembalian", &StepFigures::returns),
            given("dicatat_terlambat", &StepFigures::entered_late),
            given("menunggu_konfirmasi", &StepFigures::awaiting),
            given("kerja_p50::bigint", &StepFigures::worked_p50),
            given("kerja_p90::bigint", &StepFigures::worked_p90),
            given("menunggu_p50::bigint", &StepFigures::waited_p50),
            given("menunggu_p90::bigint", &StepFigures::waited_p90),
            given("mengerjakan_p50::bigint", &StepFigures::handled_p50),
            given("mengerjakan_p90::bigint", &StepFigures::handled_p90));
constexpr auto kCause =
    columns(given("langkah_nama", &CauseFigures::step), given("sebab", &CauseFigures::cause),
            given("jumlah", &CauseFigures::count), given("belum_selesai", &CauseFigures::open));
constexpr auto kDeficiency =
    columns(given("dokumen", &NamedCount::name), given("sum(jumlah)::bigint", &NamedCount::count));
constexpr auto kEscalation = columns(given("langkah_nama", &NamedCount::name),
                                     given("sum(jumlah)::bigint", &NamedCount::count));
constexpr auto kPause =
    columns(given("j.alasan_nama", &NamedCount::name), given("count(*)", &NamedCount::count));
constexpr auto kLate = columns(
    given("k.id", &LateCase::id), given("k.nomor", &LateCase::number),
    given("k.pemohon", &LateCase::applicant), given("k.perihal", &LateCase::subject),
    given("k.batas", &LateCase::due), given("k.selesai", &LateCase::closed),
    given("coalesce((SELECT string_agg(DISTINCT c.kendala_nama, ', ') FROM laporan.kendala c"
          "   WHERE c.id = k.id AND c.kendala IS NOT NULL), '')",
          &LateCase::cause));

}  // namespace

// $1 the SOP, $2 the month's first day.
pg::Awaitable<MonthReport> month_report(pg::Connection& connection, std::string sop,
                                        std::string month) {
  const std::string first_day = month + "-01";
  pg::Pipeline pipeline;
  const auto months = pipeline.add(
      each<kMonth>(
          "SELECT {} FROM laporan.kepatuhan_bulanan WHERE sop = $1"
          " AND bulan BETWEEN $2::date - interval '12 months' AND $2::date ORDER BY bulan"),
      sop, first_day);
  const auto steps = pipeline.add(
      each<kStep>("SELECT {} FROM laporan.langkah_bulanan WHERE sop = $1 AND bulan = $2::date"
                  " ORDER BY urutan"),
      sop, first_day);
  const auto causes = pipeline.add(
      each<kCause>("SELECT {} FROM laporan.sebab_bulanan"
                   " WHERE sop = $1 AND bulan = $2::date ORDER BY jumlah DESC, langkah, sebab"),
      sop, first_day);
  const auto deficiencies = pipeline.add(
      each<kDeficiency>("SELECT {} FROM laporan.kekurangan_bulanan"
                        " WHERE sop = $1 AND bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1"),
      sop, first_day);
  const auto escalations = pipeline.add(
      each<kEscalation>("SELECT {} FROM laporan.eskalasi_bulanan"
                        " WHERE sop = $1 AND bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1"),
      sop, first_day);
  const auto pauses = pipeline.add(
      each<kPause>("SELECT {} FROM laporan.bulan_sop() m JOIN laporan.jeda j ON j.sop = m.sop"
                   " AND j.dari >= m.dari AND j.dari < m.sampai AND j.dari <@ m.rentang"
                   " WHERE m.sop = $1 AND m.bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1"),
      sop, first_day);
  const auto late = pipeline.add(
      each<kLate>("SELECT {} FROM laporan.kasus_terlambat k"
                  " WHERE k.sop = $1 AND k.bulan = $2::date ORDER BY k.terlambat_sejak LIMIT $3"),
      sop, first_day, kLateCasesAtMost);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  MonthReport report{results[months],      results[steps],  results[causes], results[deficiencies],
                     results[escalations], results[pauses], results[late]};
  co_return report;
}

}  // namespace tenggat::store
