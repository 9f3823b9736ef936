// The grammar of `nomor`, and when two services could print one number.
#include "rules/sop/number_format.h"

#include <gtest/gtest.h>

#include "rules/utf8.h"

namespace tenggat {
namespace {

NumberFormat format(const char* text) { return *NumberFormat::parse(text); }

bool meet(const char* a, const char* b) {
  const bool one = format(a).could_meet(format(b));
  EXPECT_EQ(one, format(b).could_meet(format(a))) << a << " | " << b;
  return one;
}

TEST(NumberFormat, PrintsWhatOfficesWrite) {
  EXPECT_EQ(format("PAUD-{tahun}-{urut:05}").print(2026, 4, 417), "PAUD-2026-00417");
  EXPECT_EQ(format("503/{urut:04}/PAUD/{bulan_romawi}/{tahun}").print(2026, 9, 1),
            "503/0001/PAUD/IX/2026");
  EXPECT_EQ(format("{urut}/{bulan}/DPMPTSP-{tahun}").print(2026, 4, 12), "12/04/DPMPTSP-2026");
  EXPECT_EQ(format("No. {urut:02} {tahun}").print(2026, 12, 12345), "No. 12345 2026");
  EXPECT_EQ(format("#{urut}?&%2F\\ é {tahun}").print(2026, 1, 7), "#7?&%2F\\ é 2026");
}

TEST(NumberFormat, OfAnEarlierVersionIsReadAsItWasThen) {
  EXPECT_EQ(NumberFormat::accepted_before("{tahun}{urut:05}").print(2026, 4, 7), "202600007");
  EXPECT_EQ(NumberFormat::accepted_before("A-{tahun}-{urut}-{urut}-{bulan}x{").print(2026, 4, 7),
            "A-2026-7-{urut}-{bulan}x{");
  EXPECT_EQ(NumberFormat::accepted_before("A/{bulan}/{tahun}/{urut}").print(2026, 4, 7),
            "A/04/2026/7");
}

TEST(NumberFormat, ReadsWhatItPrintedAndNothingElse) {
  const auto read = [](const char* text, const char* number) {
    const auto printed = format(text).read(number);
    return printed ? std::to_string(printed->year) + " " + std::to_string(printed->count) : "none";
  };
  EXPECT_EQ(read("PAUD-{tahun}-{urut:05}", "PAUD-2026-00417"), "2026 417");
  EXPECT_EQ(read("PAUD-{tahun}-{urut:05}", "PAUD-2026-123456"), "2026 123456");
  EXPECT_EQ(read("503/{urut:04}/PAUD/{bulan_romawi}/{tahun}", "503/0001/PAUD/VIII/2026"), "2026 1");
  EXPECT_EQ(read("{urut}{bulan}/{tahun}", "1204/2026"), "2026 12");
  for (const char* none : {"PAUD-2026-417", "PAUD-2026-0", "PAUD-2026-00000", "PAUD-2026-012345",
                           "PAUD-2026-00417 ", "paud-2026-00417", "PAUD-26-00417", ""})
    EXPECT_EQ(read("PAUD-{tahun}-{urut:05}", none), "none") << none;
  EXPECT_EQ(read("{urut}/{bulan}/A{tahun}", "1/13/A2026"), "none");
}

TEST(NumberFormat, MeetsWhereOneNumberCouldBeBoth) {
  EXPECT_TRUE(meet("PAUD-{tahun}-{urut:05}", "PAUD-{tahun}-{urut:05}"));
  EXPECT_TRUE(meet("PAUD-{tahun}-{urut:05}", "PAUD-{tahun}-{urut:04}"));  // from 10000 on
  EXPECT_TRUE(meet("PAUD-{tahun}-{urut}", "PAUD-{urut}-{tahun}"));        // 2026 of 2026
  EXPECT_TRUE(meet("A{urut}/{tahun}", "A1{urut}/{tahun}"));               // 11 and 1
  EXPECT_TRUE(meet("A/{bulan}/{urut}/{tahun}", "A/0{urut}/{bulan}/{tahun}"));
  EXPECT_TRUE(meet("{urut}/{bulan_romawi}/{tahun}", "{urut}/X{bulan_romawi}/{tahun}"));  // XI
  EXPECT_FALSE(meet("PAUD-{tahun}-{urut:05}", "TK-{tahun}-{urut:05}"));
  EXPECT_FALSE(meet("PAUD-{tahun}-{urut:05}", "PAUD-{tahun}/{urut:05}"));
  EXPECT_FALSE(meet("A-{tahun}-{urut}", "A-{tahun}-0{urut}"));  // no count begins with a zero
  EXPECT_FALSE(meet("A/{bulan}/{urut}/{tahun}", "A/{bulan_romawi}/{urut}/{tahun}"));
  EXPECT_FALSE(meet("{urut}/{bulan_romawi}/{tahun}", "{urut}/C{bulan_romawi}/{tahun}"));
  EXPECT_FALSE(meet("{urut}/I{bulan_romawi}/{tahun}", "{urut}/V{bulan_romawi}/{tahun}"));
}

TEST(NumberFormat, KnowsItsOwnNumbers) {
  const NumberFormat one = format("503/{urut:04}/PAUD/{bulan_romawi}/{tahun}");
  EXPECT_TRUE(one.could_print("503/0001/PAUD/IV/2026"));
  EXPECT_TRUE(one.could_print("503/12345/PAUD/XII/2026"));
  for (const char* other :
       {"503/0000/PAUD/IV/2026", "503/001/PAUD/IV/2026", "503/01234/PAUD/IV/2026",
        "503/0001/PAUD/IIII/2026", "503/0001/PAUD/IV/202", "503/0001/PAUD/IV/2026 ", ""})
    EXPECT_FALSE(one.could_print(other)) << other;
}

TEST(Utf8, WhatIsShownTurnsNoLineAndHidesNothing) {
  EXPECT_EQ(set_apart("Aminah, S.Pd. – é\n\tdan"), "Aminah, S.Pd. – é\n\tdan");
  EXPECT_EQ(set_apart("Ami\u202Enah\u200B\u2066!\u001B[2J"), "Aminah![2J");
  EXPECT_EQ(set_apart("محمد"), "\u2068محمد\u2069");
  EXPECT_EQ(set_apart("\u202Eمحمد"), "\u2068محمد\u2069");
  EXPECT_EQ(set_apart("\xFF\xE2"), "\xFF\xE2");
  EXPECT_EQ(visible_line("a\u200Bb\nc"), "a b c");
}

TEST(NumberFormat, IsALineOfPrintableText) {
  EXPECT_TRUE(is_printable_line("503/PAUD é 'Bumi' – №"));
  for (const char* text :
       {"a\nb", "a\tb", "\x7f", "\xC2\x85", "\xC2\xA0", "\xC2\xAD", "\xE2\x80\x8B", "\xE2\x80\xAE",
        "\xE2\x80\xA8", "\xE2\x81\xA0", "\xEF\xBB\xBF", "\xEE\x80\x80", "\xF3\xA0\x80\x81", "\xff"})
    EXPECT_FALSE(is_printable_line(text)) << text;
}

}  // namespace
}  // namespace tenggat
