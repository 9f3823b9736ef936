// `tenggat calendar apply` while many permits are open, as an operator sees it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/e2e/office.h"

namespace tenggat::test {
namespace {

// Meta takes 80 messages a second; an office's own must not wait behind an hour of them.
TEST(CalendarChange, ApplicantsAreToldNoFasterThanTheirChannelTakesMessages) {
  Office office{"2026-06-02T08:00:00"};
  constexpr int kPermits = 81;
  for (int n = 1; n <= kPermits; ++n) {
    const auto submitted =
        office.json({"permit", "submit", "--sop", "paud", "--name", "Citra", "--subject",
                     "PAUD Anggrek", "--whatsapp", fmt::format("08125000{:04}", n), "--document",
                     "persyaratan_izin_paud=https://intanbjb.example/berkas/7"},
                    "portal");
    office.json({"permit", "act", std::string(submitted.at("number").as_string()), "accept",
                 "--step", "verifikasi"},
                "fo");
  }
  office.advance("2026-06-02T08:03:00");  // all have been told of the first date
  const std::string calendar = office.changed_calendar(
      "libur_tambahan:", "  - {tanggal: 2026-06-03, nama: Banjir, dasar: Keputusan 112/2026}");
  const CommandResult applied = office.tenggat({"calendar", "apply", calendar});
  ASSERT_EQ(applied.status, 0) << applied.out << applied.err;

  EXPECT_EQ(office.query("SELECT string_agg(format('%s after %s s', n, later), ', ' ORDER BY later)"
                         " FROM (SELECT extract(epoch FROM hold_until - raised_at)::int AS later,"
                         " count(*) AS n FROM notice WHERE text = 'perubahan_tanggal'"
                         " GROUP BY 1) AS s"),
            "40 after 0 s, 40 after 1 s, 1 after 2 s");
  // Each is told all the same, once.
  office.advance("2026-06-02T08:05:00");
  EXPECT_EQ(office.query("SELECT count(DISTINCT recipient) || ' of ' || count(*) FROM message"
                         " WHERE text = 'perubahan_tanggal'"),
            fmt::format("{0} of {0}", kPermits));
  office.stop_daemon();
}

}  // namespace
}  // namespace tenggat::test
