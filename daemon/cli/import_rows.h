// The rows of a spreadsheet (CSV) or of JSON lines, as files of the office: one at a time, each
// fault with its line and column. Which columns there are: docs/import.md.
#pragma once
#include <boost/json/object.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cli/import_csv.h"
#include "daemon/office/importer.h"

namespace tenggat::cli {

class ImportRows {
 public:
  // The rulebook outlives it. Throws Refused where the file cannot be read. JSON lines where the
  // name ends in .json, .jsonl or .ndjson, or the first sign is a brace.
  ImportRows(const std::string& path, const office::Rulebook& rulebook);

  struct Row {
    office::ImportRow of;
    bool good = false;  // no fault was found in it
    // Where a fault was: what it says of times, steps and fields can be looked at all the same, or
    // at least its names.
    bool decidable = false, named = false;
  };
  // Nothing at the end, or where what follows cannot be read.
  std::optional<Row> next();
  // The faults since this was last asked. Those of the file as a whole come with the first next().
  Faults take_faults() { return std::exchange(faults_, {}); }
  // A fault of the row that was read last; `at` as the core names it.
  void fault(const std::string& at, const Said& what);
  std::int64_t bytes_read() const { return csv_ ? csv_->bytes_read() : bytes_; }

 private:
  struct Cell {
    std::string text;
    std::int64_t line = 0;
    int column = 0;
  };

  bool read_head();
  bool check_head(const std::vector<CsvCell>& head);
  bool next_csv();
  bool next_json();
  void take_json(boost::json::object object, const std::string& line);
  Row row();
  void read_applicant(office::ImportRow& of);
  void read_fields(office::ImportRow& of);
  void read_number(office::ImportRow& of);
  void read_visits(PastFile& past);
  void read_pauses(PastFile& past);
  const Sop* read_sop();
  std::string text(const std::string& key, std::size_t most, bool required = false);
  std::optional<Instant> moment(const std::string& key, bool required = false);
  std::optional<Instant> moment_in(const boost::json::object& object, const char* key,
                                   const std::string& where);
  std::string text_in(const boost::json::object& object, const char* key, const std::string& where);
  void refuse_unknown(const boost::json::object& object, std::initializer_list<const char*> known,
                      const std::string& where);
  std::vector<const boost::json::object*> objects(const char* key);
  std::optional<Outcome> outcome(const std::string& text, const std::string& where);

  const std::string name_;  // of the file
  const office::Rulebook& rulebook_;
  std::ifstream in_;
  std::optional<CsvReader> csv_;
  std::vector<std::string> keys_, headings_;  // of the columns
  bool head_read_ = false, head_good_ = false;

  // Of the row at hand.
  std::int64_t line_ = 0, bytes_ = 0;
  std::map<std::string, Cell, std::less<>> cells_;
  boost::json::object json_;
  const Sop* sop_ = nullptr;
  const Calendar* calendar_ = nullptr;
  std::size_t found_ = 0;  // faults in it
  Faults faults_;
};

}  // namespace tenggat::cli
