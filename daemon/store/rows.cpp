#include "daemon/store/rows.h"

#include <fmt/format.h>

#include <stdexcept>

namespace tenggat::store {

std::string RowShape::names() const {
  std::string all;
  for (const Column& column : columns_) all += (all.empty() ? "" : ", ") + std::string(column.name);
  return all;
}

// One array is unnested and says how many rows there are; the others are asked for their element.
// Unnested together, each would be a scan of its own: three times as dear for one row of 28
// columns, half as dear again for 30. Elements of different lengths are counted off from the
// front, so that this is the slower way beyond some 200 rows.
std::string RowShape::unnest(std::string_view alias) const {
  std::string elements = fmt::format("k.{}", columns_.front().name);
  for (std::size_t i = 1; i < columns_.size(); ++i)
    elements +=
        fmt::format(", (${}::{}[])[k.place::int] AS {}", i + 1, columns_[i].type, columns_[i].name);
  return fmt::format("(SELECT {0} FROM unnest($1::{1}[]) WITH ORDINALITY AS k({2}, place)) AS {3}",
                     elements, columns_.front().type, columns_.front().name, alias);
}

std::string RowShape::assignments(std::string_view from, std::size_t skip) const {
  std::string all;
  for (std::size_t i = skip; i < columns_.size(); ++i)
    all += fmt::format("{}{} = {}.{}", i == skip ? "" : ", ", columns_[i].name, from,
                       columns_[i].name);
  return all;
}

std::string RowShape::insert(std::string_view table) const {
  return fmt::format("INSERT INTO {} ({}) SELECT {} FROM {}", table, names(), names(), unnest("r"));
}

std::string RowShape::update(std::string_view table, std::size_t keys) const {
  std::string agree;
  for (std::size_t i = 0; i < keys; ++i)
    agree +=
        fmt::format("{}t.{} = c.{}", i == 0 ? "" : " AND ", columns_[i].name, columns_[i].name);
  return fmt::format("UPDATE {} t SET {} FROM {} WHERE {}", table, assignments("c", keys),
                     unnest("c"), agree);
}

std::string RowShape::upsert(std::string_view table, std::size_t keys) const {
  std::string key;
  for (std::size_t i = 0; i < keys; ++i)
    key += (i == 0 ? "" : ", ") + std::string(columns_[i].name);
  return fmt::format("{} ON CONFLICT ({}) DO UPDATE SET {}", insert(table), key,
                     assignments("excluded", keys));
}

Rows::Rows(const RowShape& shape) {
  for (const RowShape::Column& column : shape.columns())
    columns_.emplace_back(pg::type_of(column.type));
}

void Rows::check(std::size_t columns) const {
  if (columns != columns_.size())
    throw std::logic_error(
        fmt::format("a row of {} values for {} columns", columns, columns_.size()));
}

std::vector<pg::Param> Rows::params() const {
  std::vector<pg::Param> params;
  params.reserve(columns_.size());
  for (const pg::Array& column : columns_) params.push_back(column.param());
  return params;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return words;
}

}  // namespace tenggat::store
