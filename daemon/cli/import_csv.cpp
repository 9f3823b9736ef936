#include "daemon/cli/import_csv.h"

#include <algorithm>

#include "daemon/cli/import_words.h"
#include "rules/utf8.h"

namespace tenggat::cli {
namespace {

constexpr int kEnd = std::istream::traits_type::eof();
constexpr std::string_view kMark = "\xEF\xBB\xBF";

std::string name_of(char separator) {
  return separator == '\t' ? "tab" : std::string(1, separator);
}

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in) {
  std::string mark(kMark.size(), '\0');
  in_.read(mark.data(), static_cast<std::streamsize>(mark.size()));
  if (in_.gcount() == static_cast<std::streamsize>(mark.size()) && mark == kMark) {
    bytes_ = 3;
  } else {
    in_.clear();
    in_.seekg(0);
  }
  const auto begins = in_.tellg();
  std::string first;
  std::getline(in_, first);
  in_.clear();
  in_.seekg(begins);
  std::size_t most = 0;
  for (const char one : {';', ',', '\t'}) {
    const auto found = static_cast<std::size_t>(std::count(first.begin(), first.end(), one));
    if (found > most) {
      most = found;
      separator_ = one;
    }
  }
}

int CsvReader::get() {
  const int c = in_.get();
  if (c == kEnd) return c;
  ++bytes_;
  ++record_bytes_;
  if (c == '\n') ++line_;
  return c;
}

std::optional<std::vector<CsvCell>> CsvReader::next() {
  while (!over_) {
    auto cells = record();
    if (!cells) break;
    const bool blank = std::all_of(cells->begin(), cells->end(), [](const CsvCell& cell) {
      return cell.text.find_first_not_of(" \t") == std::string::npos;
    });
    if (!blank) return cells;
  }
  over_ = true;
  return std::nullopt;
}

std::optional<std::vector<CsvCell>> CsvReader::record() {
  record_bytes_ = 0;
  if (in_.peek() == kEnd) return std::nullopt;
  std::vector<CsvCell> cells;
  bool ended = false;
  while (!ended) {
    CsvCell cell;
    cell.line = line_;
    ended = read_cell(cell, static_cast<int>(cells.size()) + 1);
    if (!fault_ && first_not_utf8(cell.text) != cell.text.size())
      fault_ = {cell.line, static_cast<int>(cells.size()) + 1, say<RowFault::not_utf8>()};
    if (!fault_ && record_bytes_ > kMostBytes)
      fault_ = {cell.line, 1, say<RowFault::line_too_long>(kMostBytes)};
    if (fault_) {
      over_ = true;
      return std::nullopt;
    }
    cells.push_back(std::move(cell));
  }
  return cells;
}

bool CsvReader::read_cell(CsvCell& cell, int column) {
  if (in_.peek() == '"') return read_quoted(cell, column);
  while (true) {
    const int c = get();
    if (c == kEnd || c == '\n') {
      if (!cell.text.empty() && cell.text.back() == '\r') cell.text.pop_back();
      return true;
    }
    if (c == separator_) return false;
    if (record_bytes_ > kMostBytes) return true;
    cell.text += static_cast<char>(c);
  }
}

bool CsvReader::read_quoted(CsvCell& cell, int column) {
  get();
  while (true) {
    const int c = get();
    if (c == kEnd || record_bytes_ > kMostBytes) {
      fault_ = {cell.line, column, say<RowFault::quote_open>()};
      return true;
    }
    if (c != '"') {
      if (c != '\r') cell.text += static_cast<char>(c);
      continue;
    }
    if (in_.peek() != '"') break;
    cell.text += static_cast<char>(get());
  }
  int after = get();
  if (after == '\r') after = get();
  if (after == kEnd || after == '\n') return true;
  if (after == separator_) return false;
  fault_ = {line_, column, say<RowFault::after_quote>(name_of(separator_))};
  return true;
}

}  // namespace tenggat::cli
