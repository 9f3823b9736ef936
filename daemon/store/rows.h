// Many rows in one statement: values go by column into arrays, which SQL takes apart again.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

// A column as a value of one's own.
inline std::string text_at(const pg::Result& result, int row, int column) {
  return std::string(result.text(row, column));
}
inline int int_at(const pg::Result& result, int row, int column) {
  return static_cast<int>(result.int64(row, column));
}

// The columns of a set of rows, and the SQL that turns arrays back into them. Made once a
// statement, since the text of a statement is the key under which it is prepared.
class RowShape {
 public:
  struct Column {
    const char* name;
    const char* type;
  };
  explicit RowShape(std::vector<Column> columns) : columns_(std::move(columns)) {}

  const std::vector<Column>& columns() const { return columns_; }
  std::string names() const;                         // a, b
  std::string unnest(std::string_view alias) const;  // the rows as a table `alias`, for FROM
  std::string assignments(std::string_view from, std::size_t skip) const;  // a = from.a, b = from.b
  // INSERT INTO table (a, b) SELECT a, b FROM (the rows)
  std::string insert(std::string_view table) const;
  // UPDATE table t SET the others FROM (the rows) WHERE the first `keys` columns agree.
  std::string update(std::string_view table, std::size_t keys) const;
  // ... ON CONFLICT (first `keys` columns) DO UPDATE SET the others.
  std::string upsert(std::string_view table, std::size_t keys) const;

 private:
  std::vector<Column> columns_;
};

// Words that one space parts, as array_to_string(..., ' ') joins them.
std::vector<std::string> words_of(std::string_view text);

class Rows {
 public:
  explicit Rows(const RowShape& shape);

  bool empty() const { return columns_.empty() || columns_.front().size() == 0; }
  // As many values as columns, each of its column's type, else std::logic_error.
  template <class... T>
  void add(const T&... values) {
    check(sizeof...(T));
    std::size_t column = 0;
    (columns_[column++].add(values), ...);
  }
  std::vector<pg::Param> params() const;

 private:
  void check(std::size_t columns) const;

  std::vector<pg::Array> columns_;
};

}  // namespace tenggat::store
