#include "daemon/store/report.h"

#include "daemon/store/columns.h"

namespace tenggat::store {
namespace {

constexpr auto kMonth =
    columns(given("to_char(bulan, 'YYYY-MM')", &MonthFigures::month),
            given("masuk", &MonthFigures::submitted), given("terbit", &MonthFigures::issued),
            given("terbit_tepat_waktu", &MonthFigures::issued_in_time),
            given("ditolak", &MonthFigures::rejected), given("ditarik", &MonthFigures::withdrawn),
            given("gugur", &MonthFigures::lapsed), given("tepat_waktu", &MonthFigures::met),
            given("terlambat", &MonthFigures::missed),
            given("terlambat_belum_selesai", &MonthFigures::missed_open),
            given("(rata_hari_kerja * (SELECT hari_kerja_detik FROM sop WHERE sop = $1))::bigint",
                  &MonthFigures::average_seconds));
constexpr auto kWeek =
    columns(given("extract(day FROM w.dari)::int", &WeekFigures::first_day),
            given("extract(day FROM w.sampai)::int", &WeekFigures::last_day),
            given("count(*) FILTER (WHERE e.apa = 'masuk')", &WeekFigures::submitted),
            given("count(*) FILTER (WHERE e.apa = 'terbit')", &WeekFigures::issued),
            given("count(*) FILTER (WHERE e.apa = 'lewat')", &WeekFigures::missed));
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
constexpr auto kLate =
    columns(given("k.id", &LateCase::id), given("k.nomor", &LateCase::number),
            given("k.pemohon", &LateCase::applicant), given("k.perihal", &LateCase::subject),
            given("k.batas", &LateCase::due), given("k.selesai", &LateCase::closed),
            given("coalesce((SELECT string_agg(DISTINCT c.kendala_nama, ', ') FROM kendala c"
                  "   WHERE c.id = k.id AND c.kendala IS NOT NULL), '')",
                  &LateCase::cause));
constexpr auto kListed =
    columns(given("k.id", &MonthListed::permit), given("k.nomor", &MonthListed::number),
            given("k.perihal", &MonthListed::subject), given("''", &MonthListed::step),
            given("k.pada", &MonthListed::at));
constexpr auto kListedVisit =
    columns(given("k.id", &MonthListed::permit), given("k.nomor", &MonthListed::number),
            given("k.perihal", &MonthListed::subject), given("k.langkah_nama", &MonthListed::step),
            given("k.pada", &MonthListed::at));

// The permits of a month, as kepatuhan_bulanan counts them. $1 the SOP, $2 the first day.
constexpr const char* kSubmitted =
    "SELECT k.*, k.masuk AS pada FROM bulan_sop() m JOIN kasus k ON k.sop = m.sop"
    " AND k.masuk >= m.dari AND k.masuk < m.sampai AND k.masuk <@ m.rentang"
    " WHERE m.sop = $1 AND m.bulan = $2::date";
constexpr const char* kEnded =
    "SELECT k.*, k.selesai AS pada FROM bulan_sop() m JOIN kasus k"
    " ON k.sop = m.sop AND k.selesai >= m.dari AND k.selesai < m.sampai AND k.selesai <@ m.rentang"
    " WHERE m.sop = $1 AND m.bulan = $2::date AND k.dihitung";
constexpr const char* kMissed =
    "SELECT k.*, k.terlambat_sejak AS pada FROM kasus_terlambat k"
    " WHERE k.sop = $1 AND k.bulan = $2::date";
// The visits, as langkah_bulanan does.
constexpr const char* kClosedVisit =
    "SELECT k.*, k.ditutup AS pada FROM kunjungan_ditutup k"
    " WHERE k.sop = $1 AND k.bulan = $2::date";
constexpr const char* kMissedVisit =
    "SELECT k.*, k.terlambat_sejak AS pada FROM kunjungan_terlambat k"
    " WHERE k.sop = $1 AND k.bulan = $2::date";

using ListQuery = pg::Query<std::vector<MonthListed>>;
ListQuery list_of(const char* counted, const char* more) {
  return each<kListed>(std::string("SELECT {} FROM (") + counted + ") k WHERE $5 = ''" + more +
                       " ORDER BY k.pada, k.id OFFSET $3::int LIMIT $4::int");
}
ListQuery visits_of(const char* counted, const char* more) {
  return each<kListedVisit>(std::string("SELECT {} FROM (") + counted +
                            ") k WHERE ($5 = '' OR k.langkah = $5)" + more +
                            " ORDER BY k.pada, k.id, k.kunjungan OFFSET $3::int LIMIT $4::int");
}

const ListQuery& list_sql(MonthFigure figure) {
  static const ListQuery all[] = {
      list_of(kSubmitted, ""),
      list_of(kEnded, " AND k.terbit IS NOT NULL"),
      list_of(kEnded, " AND k.terbit IS NOT NULL AND k.tepat_waktu"),
      list_of(kEnded, " AND k.status = 'rejected'"),
      list_of(kEnded, " AND k.status = 'withdrawn'"),
      list_of(kEnded, " AND k.status = 'lapsed'"),
      list_of(kEnded, " AND k.tepat_waktu"),
      list_of(kMissed, ""),
      list_of(kMissed, " AND k.selesai IS NULL"),
      visits_of(kClosedVisit, " AND k.verdict IS NOT NULL"),
      visits_of(kClosedVisit, " AND k.verdict = 'met'"),
      visits_of(kMissedVisit, ""),
      visits_of(kClosedVisit, " AND k.pengembalian"),
      visits_of(kClosedVisit,
                " AND (k.verdict IS NOT NULL OR k.pengembalian)"
                " AND k.dicatat_terlambat"),
  };
  return all[static_cast<std::size_t>(figure)];
}

// Of each week of the month that has begun what kepatuhan_bulanan counts in it.
std::string weeks_sql() {
  return std::string(
             "WITH w AS (SELECT greatest(d, $2::date)::date AS dari,"
             "     least(d + interval '6 days', $2::date + interval '1 month' - interval '1 day')"
             "::date AS sampai"
             "   FROM generate_series(date_trunc('week', $2::date::timestamp),"
             "     $2::date + interval '1 month' - interval '1 day', interval '7 days') AS d"
             "   WHERE d <= (SELECT sekarang() AT TIME ZONE zona FROM sop"
             "     WHERE sop = $1)),"
             " e AS (SELECT 'masuk' AS apa, (pada AT TIME ZONE zona)::date AS hari FROM (") +
         kSubmitted + ") s UNION ALL SELECT 'terbit', (pada AT TIME ZONE zona)::date FROM (" +
         kEnded +
         " AND k.terbit IS NOT NULL) s UNION ALL SELECT 'lewat', (pada AT TIME ZONE zona)::date"
         " FROM (" +
         kMissed +
         ") s) SELECT {} FROM w LEFT JOIN e ON e.hari BETWEEN w.dari AND w.sampai"
         " GROUP BY w.dari, w.sampai ORDER BY w.dari";
}

}  // namespace

// $1 the SOP, $2 the month's first day.
pg::Awaitable<MonthReport> month_report(pg::Connection& connection, std::string sop,
                                        std::string month) {
  const std::string first_day = month + "-01";
  pg::Pipeline pipeline;
  const auto months = pipeline.add(
      each<kMonth>(
          "SELECT {} FROM kepatuhan_bulanan WHERE sop = $1"
          " AND bulan BETWEEN $2::date - interval '12 months' AND $2::date ORDER BY bulan"),
      sop, first_day);
  static const auto weeks_query = each<kWeek>(weeks_sql());
  const auto weeks = pipeline.add(weeks_query, sop, first_day);
  const auto steps =
      pipeline.add(each<kStep>("SELECT {} FROM langkah_bulanan WHERE sop = $1 AND bulan = $2::date"
                               " ORDER BY urutan"),
                   sop, first_day);
  const auto causes = pipeline.add(
      each<kCause>("SELECT {} FROM sebab_bulanan"
                   " WHERE sop = $1 AND bulan = $2::date ORDER BY jumlah DESC, langkah, sebab"),
      sop, first_day);
  const auto deficiencies = pipeline.add(
      each<kDeficiency>("SELECT {} FROM kekurangan_bulanan"
                        " WHERE sop = $1 AND bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1"),
      sop, first_day);
  const auto escalations = pipeline.add(
      each<kEscalation>("SELECT {} FROM eskalasi_bulanan"
                        " WHERE sop = $1 AND bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1"),
      sop, first_day);
  const auto pauses = pipeline.add(
      each<kPause>("SELECT {} FROM bulan_sop() m JOIN jeda j ON j.sop = m.sop"
                   " AND j.dari >= m.dari AND j.dari < m.sampai AND j.dari <@ m.rentang"
                   " WHERE m.sop = $1 AND m.bulan = $2::date GROUP BY 1 ORDER BY 2 DESC, 1"),
      sop, first_day);
  const auto late = pipeline.add(
      each<kLate>("SELECT {} FROM kasus_terlambat k"
                  " WHERE k.sop = $1 AND k.bulan = $2::date ORDER BY k.terlambat_sejak LIMIT $3"),
      sop, first_day, kLateCasesAtMost);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  MonthReport report{results[months],       results[weeks],       results[steps],  results[causes],
                     results[deficiencies], results[escalations], results[pauses], results[late]};
  co_return report;
}

pg::Awaitable<std::vector<MonthListed>> month_list(pg::Connection& connection,
                                                   MonthListQuery query) {
  pg::Pipeline pipeline;
  const auto listed = pipeline.add(list_sql(query.figure), query.sop, query.month + "-01",
                                   query.skip, query.limit, query.step);
  const pg::Results results = co_await connection.run(std::move(pipeline));
  co_return results[listed];
}

}  // namespace tenggat::store
