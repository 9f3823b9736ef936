// parse_instant takes any bytes. What it takes, written by a calendar, reads back the same.
#include <cstddef>
#include <cstdint>

#include "rules/calendar/load_calendar.h"
#include "tests/fuzz/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using tenggat::fuzz::check;
  static const tenggat::Calendar calendar =
      tenggat::load_calendar({"calendar.yaml",
                              "{kalender: a, zona: Australia/Lord_Howe, hari_nominal: 7h, "
                              "tahun: [2026], jam_kerja: {senin: [\"08:00-16:00\"]}}"},
                             {})
          .value();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto instant = tenggat::parse_instant(text);
  if (!instant) return 0;
  // Four digits hold the years 0 to 9999; an offset may lead a day beyond.
  const int year = calendar.local(*instant).year;
  if (year < 0 || year > 9999) return 0;
  const std::string written = calendar.format(*instant);
  check(tenggat::parse_instant(written) == instant, "an instant reads back the same");
  check(written.size() == std::string_view("2026-04-02T14:00:00+08:00").size(),
        "it is written whole");
  return 0;
}
