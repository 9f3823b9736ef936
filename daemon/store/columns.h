// A table, or what a statement asks for, as one list of columns: each a name, the member that holds
// its value and how it stands there. Reading and all statements that name the columns use the list.
//
//   constexpr auto kNote = table("note", key("permit", &Note::permit), ...);
//   const auto kNotes = each<kNote>("SELECT {} FROM note WHERE permit = $1::bigint");
//   const pg::Slot<std::vector<Note>> notes = pipeline.add(kNotes, permit);
//
// A row may be put together of several structs, its parts: a column belongs to the part whose
// member it names.
#pragma once
#include <tuple>
#include <type_traits>

#include "daemon/store/codec.h"

namespace tenggat::store {

// --- Columns

// Where a value is: in a member, or in a member of that.
template <class O, class M, class... Then>
struct Place {
  using Owner = O;
  M O::*at;
  std::tuple<Then...> then;
  auto& of(auto& owner) const {
    if constexpr (sizeof...(Then) == 0)
      return owner.*at;
    else
      return owner.*at.*std::get<0>(then);
  }
};

// What the record of a permit holds of it (row_record.h).
enum class Recorded {
  as_it_is,
  digested,  // personal or a secret: a digest stands for it
  not_at_all,
};

template <class P, class C, Use kUseOf, Recorded kRecordedAs = Recorded::as_it_is>
struct Column {
  using Owner = typename P::Owner;
  using Value = std::remove_reference_t<decltype(std::declval<P>().of(std::declval<Owner&>()))>;
  using Codec = std::conditional_t<std::is_void_v<C>, store::Codec<Value>, C>;
  static constexpr Use kUse = kUseOf;
  static constexpr Recorded kRecorded = kRecordedAs;
  const char* name;
  P place;
};

template <class P, class C, Use kUse>
constexpr Column<P, C, kUse, Recorded::digested> digested(Column<P, C, kUse> column) {
  return {column.name, column.place};
}
template <class P, class C, Use kUse>
constexpr Column<P, C, kUse, Recorded::not_at_all> unrecorded(Column<P, C, kUse> column) {
  return {column.name, column.place};
}

#define TENGGAT_COLUMN(function, use)                                   \
  template <class C = void, class O, class M, class... Then>            \
  constexpr auto function(const char* name, M O::*at, Then... then) {   \
    return Column<Place<O, M, Then...>, C, use>{name, {at, {then...}}}; \
  }
TENGGAT_COLUMN(key, Use::key)
TENGGAT_COLUMN(fixed, Use::fixed)
TENGGAT_COLUMN(column, Use::changes)
TENGGAT_COLUMN(given, Use::given)
#undef TENGGAT_COLUMN

// --- Lists

template <class C>
using IsChanging = std::bool_constant<C::kUse == Use::key || C::kUse == Use::changes>;
template <class... Parts>
struct Of {
  template <class C>
  using Owns = std::bool_constant<(std::is_base_of_v<typename C::Owner, Parts> || ...)>;
};

// The first of `parts` that is an Owner, or derived from it.
template <class Owner, class Part, class... Parts>
auto& part_of(Part& part, Parts&... parts) {
  if constexpr (std::is_base_of_v<Owner, std::remove_const_t<Part>>)
    return part;
  else
    return part_of<Owner>(parts...);
}

// What a row is read into: itself, unless an overload names its parts.
template <class Row>
auto parts_of(Row& row) {
  return std::tie(row);
}

template <class C, class V>
pg::Param param_of(const V& value) {
  if constexpr (std::string_view(C::Codec::kSql) == "bytea")
    return pg::bytea(C::Codec::put(value));
  else
    return C::Codec::put(value);
}

template <class... C>
struct Columns {
  using Row = typename std::tuple_element_t<0, std::tuple<C...>>::Owner;
  static constexpr int kSize = sizeof...(C);

  const char* table;
  std::tuple<C...> all;

  Shape shape() const {
    return std::apply(
        [&](const C&... column) {
          return Shape(table, {{column.name, C::Codec::kSql, C::kUse}...});
        },
        all);
  }
  // What an update needs.
  constexpr auto changing() const { return filtered<IsChanging>(); }
  // The columns of some parts.
  template <class... Parts>
  constexpr auto of() const {
    return filtered<Of<Parts...>::template Owns>();
  }

  // From the result's column `first` on.
  template <class... Parts>
  void read(const pg::Result& r, int row, int first, Parts&... parts) const {
    std::apply(
        [&](const C&... column) {
          ((column.place.of(part_of<typename C::Owner>(parts...)) = C::Codec::get(r, row, first++)),
           ...);
        },
        all);
  }
  template <class... Parts>
  void put(std::vector<pg::Array>& arrays, const Parts&... parts) const {
    std::size_t at = 0;
    std::apply(
        [&](const C&... column) {
          (arrays[at++].add(C::Codec::put(column.place.of(part_of<typename C::Owner>(parts...)))),
           ...);
        },
        all);
  }

  // Each column with the part that its member is of.
  template <class Visitor, class... Parts>
  void each(Visitor visit, const Parts&... parts) const {
    std::apply(
        [&](const C&... column) { (visit(column, part_of<typename C::Owner>(parts...)), ...); },
        all);
  }

  // Of one row, for parameters().
  template <class... Parts>
  std::vector<pg::Param> params(const Parts&... parts) const {
    return std::apply(
        [&](const C&... column) {
          return std::vector<pg::Param>{
              param_of<C>(column.place.of(part_of<typename C::Owner>(parts...)))...};
        },
        all);
  }

 private:
  template <template <class> class Takes>
  constexpr auto filtered() const {
    return std::apply(
        [&](const C&... column) {
          const auto taken = std::tuple_cat([&] {
            if constexpr (Takes<C>::value)
              return std::tuple<C>(column);
            else
              return std::tuple<>();
          }()...);
          return std::apply(
              [&](const auto&... one) {
                return Columns<std::remove_cvref_t<decltype(one)>...>{table, {one...}};
              },
              taken);
        },
        all);
  }
};

template <class... C>
constexpr Columns<C...> table(const char* name, C... columns) {
  return {name, {columns...}};
}
// Of a statement that is no table's.
template <class... C>
constexpr Columns<C...> columns(C... all) {
  return {"", {all...}};
}
template <class... A, class... B>
constexpr Columns<A..., B...> operator+(const Columns<A...>& a, const Columns<B...>& b) {
  return {a.table, std::tuple_cat(a.all, b.all)};
}

// Rows of a list on their way into one statement.
template <const auto& kColumns>
class Rows {
 public:
  bool empty() const { return arrays_.front().size() == 0; }
  template <class... Parts>
  void add(const Parts&... parts) {
    kColumns.put(arrays_, parts...);
  }
  std::vector<pg::Param> params() const { return params_of(arrays_); }
  void add_to(pg::Pipeline& pipeline, const RowsSql& sql) const { sql.add(pipeline, arrays_); }

 private:
  static std::vector<pg::Array> none() {
    static const std::vector<pg::Array> empty = arrays_of(kColumns.shape());
    return empty;
  }

  std::vector<pg::Array> arrays_ = none();
};

// Each adds its statement, unless there are no rows.
template <const auto& kColumns>
void add_insert(pg::Pipeline& pipeline, const Rows<kColumns>& rows) {
  static const RowsSql sql = kColumns.shape().insert();
  rows.add_to(pipeline, sql);
}
template <const auto& kColumns>
void add_update(pg::Pipeline& pipeline, const Rows<kColumns>& rows) {
  static const RowsSql sql = kColumns.shape().update();
  rows.add_to(pipeline, sql);
}
template <const auto& kColumns>
void add_upsert(pg::Pipeline& pipeline, const Rows<kColumns>& rows) {
  static const RowsSql sql = kColumns.shape().upsert();
  rows.add_to(pipeline, sql);
}

// --- Statements that ask. Where a list is asked for, its names go in the place of "{}", or with an
// alias "n" in that of "{n}".

template <const auto& kColumns>
using RowOf = typename std::remove_cvref_t<decltype(kColumns)>::Row;

template <const auto& kColumns, class Row = RowOf<kColumns>>
Row row_at(const pg::Result& r, int row) {
  Row one{};
  std::apply([&](auto&... parts) { kColumns.read(r, row, 0, parts...); }, parts_of(one));
  return one;
}
template <const auto& kColumns, class Row = RowOf<kColumns>>
std::vector<Row> rows_of(const pg::Result& r) {
  std::vector<Row> all;
  all.reserve(static_cast<std::size_t>(r.rows()));
  for (int row = 0; row < r.rows(); ++row) all.push_back(row_at<kColumns, Row>(r, row));
  return all;
}

// Every row.
template <const auto& kColumns, class Row = RowOf<kColumns>>
pg::Query<std::vector<Row>> each(std::string sql, std::string_view alias = "") {
  return {kColumns.shape().in(std::move(sql), alias), rows_of<kColumns, Row>};
}
// The first row, or nothing.
template <const auto& kColumns, class Row = RowOf<kColumns>>
pg::Query<std::optional<Row>> maybe(std::string sql) {
  return {kColumns.shape().in(std::move(sql)), [](const pg::Result& r) {
            return r.empty() ? std::optional<Row>() : row_at<kColumns, Row>(r, 0);
          }};
}
// The one row that there always is.
template <const auto& kColumns, class Row = RowOf<kColumns>>
pg::Query<Row> only(std::string sql) {
  return {kColumns.shape().in(std::move(sql)),
          [](const pg::Result& r) { return row_at<kColumns, Row>(r, 0); }};
}

// Of an outer join, sorted by the outer list's first column, an id: each outer row once, with the
// inner ones that stand beside it.
template <const auto& kOuter, const auto& kInner>
std::vector<RowOf<kOuter>> grouped(const pg::Result& r,
                                   std::vector<RowOf<kInner>> RowOf<kOuter>::*inner) {
  std::vector<RowOf<kOuter>> all;
  for (int row = 0; row < r.rows(); ++row) {
    if (row == 0 || r.int64(row, 0) != r.int64(row - 1, 0)) all.push_back(row_at<kOuter>(r, row));
    if (r.is_null(row, kOuter.kSize)) continue;
    RowOf<kInner> one{};
    kInner.read(r, row, kOuter.kSize, one);
    (all.back().*inner).push_back(std::move(one));
  }
  return all;
}

// The first column: of the one row that there always is, of the first row if there is one, of every
// row.
template <class T, class C = Codec<T>>
pg::Query<T> value(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) { return C::get(r, 0, 0); }};
}
template <class T, class C = Codec<T>>
pg::Query<std::optional<T>> maybe_value(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) {
            return r.empty() ? std::optional<T>() : std::optional<T>(C::get(r, 0, 0));
          }};
}
template <class T, class C = Codec<T>>
pg::Query<std::vector<T>> values(std::string sql) {
  return {std::move(sql), [](const pg::Result& r) {
            std::vector<T> all;
            for (int row = 0; row < r.rows(); ++row) all.push_back(C::get(r, row, 0));
            return all;
          }};
}

// Whether there is a row; how many rows a statement has changed; whether it was one.
pg::Query<bool> any(std::string sql);
pg::Query<std::int64_t> affected(std::string sql);
pg::Query<bool> affects_one(std::string sql);

}  // namespace tenggat::store
