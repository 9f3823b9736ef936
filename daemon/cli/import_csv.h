// A spreadsheet saved as CSV, record by record: nothing of the file is kept but the record at hand.
// Fields are parted by semicolon, comma or tab, whichever the first line has; quoted ones may hold
// line ends; a byte order mark is passed over.
#pragma once
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "rules/error.h"

namespace tenggat::cli {

struct CsvCell {
  std::string text;
  std::int64_t line = 0;  // where it begins, from 1
};
struct CsvFault {
  std::int64_t line = 0;
  int column = 0;  // from 1
  Said what;
};

class CsvReader {
 public:
  static constexpr std::size_t kMostBytes = 256 * 1024;  // of one record

  // `in` outlives it and stands at its beginning.
  explicit CsvReader(std::istream& in);
  // The next record that holds anything; nothing at the end. After a fault the reader is at its
  // end, too: what follows a quotation mark that is never closed cannot be told.
  std::optional<std::vector<CsvCell>> next();
  const std::optional<CsvFault>& fault() const { return fault_; }
  std::int64_t bytes_read() const { return bytes_; }

 private:
  int get();
  std::optional<std::vector<CsvCell>> record();
  // Whether the cell ended its record.
  bool read_cell(CsvCell& cell, int column);
  bool read_quoted(CsvCell& cell, int column);

  std::istream& in_;
  char separator_ = ';';
  std::int64_t line_ = 1, bytes_ = 0;
  std::size_t record_bytes_ = 0;
  bool over_ = false;
  std::optional<CsvFault> fault_;
};

}  // namespace tenggat::cli
