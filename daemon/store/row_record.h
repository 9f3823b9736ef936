// What an event says of its permit's rows: each column that it changed, as it stood afterwards. The
// rows of a permit can thus be built again from its events alone and laid beside those that are
// there: whoever changes a row has to change an event, and with it the chain (audit.h).
//
//   {"permit": {"state": "active", ...}, "visit 3": {"step": "kajian", ...}, "document 2": {...}}
//
// A row is named by its table and its key within the permit. A column that is not named stands as
// it was before, in a new row as the program makes an empty one. What is personal or a secret
// stands there as a digest keyed with the permit's salt, null where it is empty; what is derived
// from the rest, or proven by the chain, is left out (permit_tables.h says which).
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "daemon/store/columns.h"

namespace tenggat::store {

namespace row_record {

// As JSON. Written by hand: each action writes some forty of them.
void append(std::string& text, bool value);
void append(std::string& text, std::int64_t value);
void append(std::string& text, Instant value);
void append(std::string& text, std::string_view value);
template <class T>
void append(std::string& text, const std::optional<T>& value) {
  if (value)
    append(text, *value);
  else
    text += "null";
}

// Keyed with the salt. Of a JSON text only what it says counts, not how it is written.
std::string digest_of(std::string_view salt, std::string_view value, bool is_json);

template <class Column, class Value>
void append_recorded(std::string& text, std::string_view salt, const Value& value) {
  using Codec = typename Column::Codec;
  if constexpr (Column::kRecorded == Recorded::digested) {
    if (value == Value{})
      text += "null";
    else
      append(text, std::string_view(digest_of(salt, Codec::put(value),
                                              std::string_view(Codec::kSql) == "jsonb")));
  } else if constexpr (std::is_same_v<decltype(Codec::put(value)), std::string>) {
    append(text, std::string_view(Codec::put(value)));
  } else {
    append(text, Codec::put(value));
  }
}

template <class Column>
constexpr bool is_recorded() {
  return Column::kRecorded != Recorded::not_at_all && Column::kUse != Use::key;
}

}  // namespace row_record

class RowRecord {
 public:
  explicit RowRecord(std::string_view salt) : salt_(salt) {}

  // A row as it stands whole.
  template <const auto& kColumns, class... Parts>
  void whole(std::string_view row, const Parts&... parts) {
    begin(row);
    kColumns.each(
        [&]<class Column, class Part>(const Column& column, const Part& part) {
          if constexpr (row_record::is_recorded<Column>()) {
            static const Part empty{};
            const auto& value = column.place.of(part);
            if (value != column.place.of(empty)) add(column, value);
          }
        },
        parts...);
    text_ += '}';
  }

  // What has changed of a row. Of a part that is not among those of before, all of it.
  template <const auto& kColumns, class... Before, class... After>
  void changed(std::string_view row, const std::tuple<const Before&...>& before,
               const After&... after) {
    const std::size_t mark = text_.size();
    begin(row);
    const std::size_t empty = text_.size();
    kColumns.each(
        [&]<class Column>(const Column& column, const auto& part) {
          if constexpr (row_record::is_recorded<Column>() && Column::kUse == Use::changes) {
            using Owner = typename Column::Owner;
            const auto& value = column.place.of(part);
            if constexpr ((std::is_base_of_v<Owner, Before> || ...)) {
              const bool same = std::apply(
                  [&](const auto&... was) {
                    return column.place.of(part_of<Owner>(was...)) == value;
                  },
                  before);
              if (same) return;
            }
            add(column, value);
          }
        },
        after...);
    if (text_.size() == empty)
      text_.resize(mark);
    else
      text_ += '}';
  }

  // "" where nothing has changed.
  std::string text() const { return text_.empty() ? "" : text_ + '}'; }

 private:
  void begin(std::string_view row) {
    text_ += text_.empty() ? '{' : ',';
    row_record::append(text_, row);
    text_ += ":{";
  }
  template <class Column, class Value>
  void add(const Column& column, const Value& value) {
    if (text_.back() != '{') text_ += ',';
    row_record::append(text_, std::string_view(column.name));
    text_ += ':';
    row_record::append_recorded<Column>(text_, salt_, value);
  }

  std::string_view salt_;
  std::string text_;
};

// Rows built again from what the events say of them, one event after the other.
class Rebuilt {
 public:
  // Throws std::runtime_error, in English, where the text is not as RowRecord writes it.
  void take(std::string_view text);
  bool empty() const { return rows_.empty(); }
  // Where these rows first differ from the record, in words ("visit 3: verdict is \"met\", the
  // record says \"missed\""); nothing where they do not.
  std::optional<std::string> difference(const boost::json::object& rows) const;
  // The same of two records, where one may hold other digests than the other.
  std::optional<std::string> difference_but_for_digests(const Rebuilt& before) const;

 private:
  std::map<std::string, std::map<std::string, boost::json::value, std::less<>>, std::less<>> rows_;
};

}  // namespace tenggat::store
