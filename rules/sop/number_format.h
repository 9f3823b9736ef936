// How a service numbers its permits (`nomor`), read once:
// "503/{urut:04}/PAUD/{bulan_romawi}/{tahun}". {urut} or {urut:0N} counts the service's permits of
// a year, {tahun} is that year; each stands there once. {bulan} and {bulan_romawi} may. Everything
// else is printed as it stands.
//
// A number is no id: never digits alone. Two permits never have one number, whatever their service.
#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/error.h"

namespace tenggat {

class NumberFormat {
 public:
  static constexpr std::size_t kMostCharacters = 60;  // as it is written

  NumberFormat() = default;  // prints nothing: of an SOP that is still being read
  static boost::system::result<NumberFormat, Said> parse(std::string_view text);
  // As earlier versions of this program read it, which let pass what parse() refuses.
  static NumberFormat accepted_before(std::string_view text);

  // "503/0001/PAUD/IV/2026". `month` is 1 to 12.
  std::string print(int year, unsigned month, long count) const;
  bool could_print(std::string_view number) const;
  // What it printed; nothing where it is none of its numbers.
  struct Printed {
    int year = 0;
    long count = 0;
  };
  std::optional<Printed> read(std::string_view number) const;
  // Whether there is a number that both could print.
  bool could_meet(const NumberFormat& other) const;
  // A regular expression (POSIX, PostgreSQL's) that matches at least what it could print.
  std::string pattern() const;
  const std::string& text() const { return text_; }

 private:
  enum class Field { literal, count, year, month, roman_month };
  struct Part {
    Field field = Field::literal;
    std::string literal;
    int digits = 1;  // of the count, at least
  };
  static bool read_from(std::span<const Part> parts, std::string_view rest, Printed& found);
  class Pattern;  // the numbers of one month, as a machine that reads them

  std::string text_;
  std::vector<Part> parts_;
};

}  // namespace tenggat
