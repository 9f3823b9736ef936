// Many rows in one statement. Few are listed as VALUES; of more, values go by column into arrays,
// which SQL takes apart again. What the columns are says a list of them (columns.h).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/pg/connection.h"

namespace tenggat::store {

// What becomes of a column once its row is there.
enum class Use {
  key,      // finds the row
  fixed,    // stays as it was inserted
  changes,  // is written by each update
  given,    // written by others, only read here
};

class RowsSql;

// The columns of a set of rows, and the SQL that turns arrays back into them. Made once a
// statement, since the text of a statement is the key under which it is prepared.
class Shape {
 public:
  struct Column {
    const char* name;  // a column's; where it is only read, any expression
    const char* type;
    Use use;
  };
  Shape(std::string table, std::vector<Column> columns)
      : table_(std::move(table)), columns_(std::move(columns)) {}

  const std::vector<Column>& columns() const { return columns_; }
  std::string names(std::string_view alias = "") const;  // a, b; or c.a, c.b
  // The rows as a table `alias`, for FROM: as arrays, or so many as values.
  std::string unnest(std::string_view alias) const;
  std::string values(std::string_view alias, int count) const;
  RowsSql insert() const;  // INSERT INTO table (a, b) SELECT a, b FROM (the rows)
  RowsSql update() const;  // UPDATE table SET what changes FROM (the rows) WHERE the keys agree
  RowsSql upsert() const;  // insert() ON CONFLICT (keys) DO UPDATE SET what changes
  std::string parameters() const;  // $1::text, $2::int: the values of one row
  // `sql` with the names in the place of "{}", or with an alias "n" in that of "{n}".
  std::string in(std::string sql, std::string_view alias = "") const;

 private:
  std::string assignments(std::string_view from) const;  // a = from.a, b = from.b

  std::string table_;
  std::vector<Column> columns_;
};

// Words that one space parts, as array_to_string(..., ' ') joins them.
std::vector<std::string> words_of(std::string_view text);

// A statement over rows, whatever their number. A few are listed, each number of them by a text of
// its own: arrays cost twice as much for one row of 30 columns, a third more for seven. Many go as
// arrays, by one text.
class RowsSql {
 public:
  static constexpr int kListed = 8;
  // The rows go in the place of "{}", as a table `alias`.
  RowsSql(const Shape& shape, std::string_view alias, const std::string& text);
  // Nothing where there are no rows.
  void add(pg::Pipeline& pipeline, const std::vector<pg::Array>& columns) const;

 private:
  std::vector<std::string> listed_;  // by the number of rows, from one on
  std::string many_;
};

// The arrays of a shape, in the making.
std::vector<pg::Array> arrays_of(const Shape& shape);
std::vector<pg::Param> params_of(const std::vector<pg::Array>& arrays);

}  // namespace tenggat::store
