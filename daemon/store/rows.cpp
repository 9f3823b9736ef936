#include "daemon/store/rows.h"

#include <fmt/format.h>

namespace tenggat::store {

namespace {

// Those of `columns` that `which` takes, each as `format` prints its name, joined.
template <class Takes>
std::string joined(const std::vector<Shape::Column>& columns, Takes takes, const char* format,
                   const char* between) {
  std::string all;
  for (const Shape::Column& column : columns)
    if (takes(column))
      all += (all.empty() ? "" : between) + fmt::format(fmt::runtime(format), column.name);
  return all;
}

bool is_key(const Shape::Column& column) { return column.use == Use::key; }

}  // namespace

std::string Shape::names(std::string_view alias) const {
  std::string all;
  for (const Column& column : columns_)
    all += fmt::format("{}{}{}{}", all.empty() ? "" : ", ", alias, alias.empty() ? "" : ".",
                       column.name);
  return all;
}

// One array is unnested and says how many rows there are; the others are asked for their element.
// Unnested together, each would be a scan of its own: three times as dear for one row of 28
// columns, half as dear again for 30. Elements of different lengths are counted off from the
// front, so that this is the slower way beyond some 200 rows.
std::string Shape::unnest(std::string_view alias) const {
  std::string elements = fmt::format("k.{}", columns_.front().name);
  for (std::size_t i = 1; i < columns_.size(); ++i)
    elements +=
        fmt::format(", (${}::{}[])[k.place::int] AS {}", i + 1, columns_[i].type, columns_[i].name);
  return fmt::format("(SELECT {0} FROM unnest($1::{1}[]) WITH ORDINALITY AS k({2}, place)) AS {3}",
                     elements, columns_.front().type, columns_.front().name, alias);
}

std::string Shape::values(std::string_view alias, int count) const {
  std::string rows;
  std::size_t parameter = 0;
  for (int row = 0; row < count; ++row) {
    rows += row == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < columns_.size(); ++i)
      rows += fmt::format("{}${}", i == 0 ? "" : ", ", ++parameter);
    rows += ")";
  }
  return fmt::format("(VALUES {}) AS {} ({})", rows, alias, names());
}

std::string Shape::assignments(std::string_view from) const {
  const auto changes = [](const Column& column) { return column.use == Use::changes; };
  return joined(columns_, changes, fmt::format("{{0}} = {}.{{0}}", from).c_str(), ", ");
}

RowsSql Shape::insert() const {
  return {*this, "r",
          fmt::format("INSERT INTO {} ({}) SELECT {} FROM {{}}", table_, names(), names())};
}

RowsSql Shape::update() const {
  return {*this, "c",
          fmt::format("UPDATE {} t SET {} FROM {{}} WHERE {}", table_, assignments("c"),
                      joined(columns_, is_key, "t.{0} = c.{0}", " AND "))};
}

RowsSql Shape::upsert() const {
  return {*this, "r",
          fmt::format("INSERT INTO {} ({}) SELECT {} FROM {{}} ON CONFLICT ({}) DO UPDATE SET {}",
                      table_, names(), names(), joined(columns_, is_key, "{0}", ", "),
                      assignments("excluded"))};
}

std::string Shape::parameters() const {
  std::string all;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    all += fmt::format("{}${}::{}", i == 0 ? "" : ", ", i + 1, columns_[i].type);
  return all;
}

std::string Shape::in(std::string sql, std::string_view alias) const {
  const std::string mark = fmt::format("{{{}}}", alias);
  return sql.replace(sql.find(mark), mark.size(), names(alias));
}

RowsSql::RowsSql(const Shape& shape, std::string_view alias, const std::string& text) {
  const std::size_t place = text.find("{}");
  const auto with = [&](const std::string& rows) {
    return text.substr(0, place) + rows + text.substr(place + 2);
  };
  for (int count = 1; count <= kListed; ++count)
    listed_.push_back(with(shape.values(alias, count)));
  many_ = with(shape.unnest(alias));
}

void RowsSql::add(pg::Pipeline& pipeline, const std::vector<pg::Array>& columns) const {
  const int count = columns.front().size();
  if (count == 0) return;
  if (count > kListed) {
    pipeline.add(many_, params_of(columns));
    return;
  }
  std::vector<std::vector<pg::Param>> values;
  for (const pg::Array& column : columns) values.push_back(column.elements());
  std::vector<pg::Param> params;
  params.reserve(columns.size() * static_cast<std::size_t>(count));
  for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row)
    for (std::vector<pg::Param>& column : values) params.push_back(std::move(column[row]));
  pipeline.add(listed_[static_cast<std::size_t>(count) - 1], std::move(params));
}

std::vector<pg::Array> arrays_of(const Shape& shape) {
  std::vector<pg::Array> arrays;
  for (const Shape::Column& column : shape.columns()) arrays.emplace_back(pg::type_of(column.type));
  return arrays;
}

std::vector<pg::Param> params_of(const std::vector<pg::Array>& arrays) {
  std::vector<pg::Param> params;
  params.reserve(arrays.size());
  for (const pg::Array& column : arrays) params.push_back(column.param());
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
