#include "daemon/store/row_record.h"

#include <algorithm>
#include <boost/json.hpp>

#include "daemon/store/hash.h"
#include "daemon/store/permit_tables.h"

namespace tenggat::store {
namespace json = boost::json;

namespace {

constexpr std::size_t kDigest = 32;  // hex digits: 128 bits of an HMAC

// Objects with their keys in order: PostgreSQL keeps no other of a jsonb.
json::value in_order(const json::value& value) {
  if (const json::array* array = value.if_array()) {
    json::array ordered;
    for (const json::value& one : *array) ordered.push_back(in_order(one));
    return ordered;
  }
  if (const json::object* object = value.if_object()) {
    std::map<std::string_view, const json::value*> sorted;
    for (const auto& [key, one] : *object) sorted.emplace(key, &one);
    json::object ordered;
    for (const auto& [key, one] : sorted) ordered.emplace(key, in_order(*one));
    return ordered;
  }
  return value;
}

using Columns = std::map<std::string, json::value, std::less<>>;

// What a table's columns hold in a new row, and which of them are digests.
struct TableOfRecord {
  json::object empty;
  std::vector<std::string_view> digested;
};

template <const auto& kColumns, class... Parts>
TableOfRecord table_of_record() {
  TableOfRecord table;
  const std::tuple<Parts...> parts{};
  std::apply(
      [&](const auto&... part) {
        kColumns.each(
            [&]<class Column>(const Column& column, const auto& of) {
              if constexpr (row_record::is_recorded<Column>()) {
                std::string value;
                row_record::append_recorded<Column>(value, "", column.place.of(of));
                table.empty.emplace(column.name, json::parse(value));
                if (Column::kRecorded == Recorded::digested) table.digested.push_back(column.name);
              }
            },
            part...);
      },
      parts);
  return table;
}

const TableOfRecord& table_of_row(std::string_view row) {
  static const std::map<std::string_view, TableOfRecord> tables{
      {"permit", table_of_record<kRecordOfPermit, Permit, StoredPermit, ClockDue, Projection,
                                 TrackingIndex>()},
      {"applicant", table_of_record<kApplicant, Permit, StoredPermit, StoredPermit::Applicant>()},
      {"visit", table_of_record<kRecordOfVisit, OfPermit, Visit, ClockDue, VisitIndex>()},
      {"pause", table_of_record<kPause, OfPermit, Pause>()},
      {"document", table_of_record<kDocument, OfPermit, Document>()},
      {"rung", table_of_record<kRung, OfPermit, RaisedRung>()},
      {"note", table_of_record<kNote, StoredNote>()}};
  const auto found = tables.find(row.substr(0, row.find(' ')));
  if (found == tables.end())
    throw std::runtime_error(fmt::format("the record names a row '{}' of no table", row));
  return found->second;
}

std::optional<std::string> first_difference(const TableOfRecord& table, const Columns& recorded,
                                            const json::object& row) {
  for (const auto& [column, empty] : table.empty) {
    const json::value* found = row.if_contains(column);
    const json::value& is = found ? *found : empty;
    const auto said = recorded.find(column);
    const json::value& says = said == recorded.end() ? empty : said->second;
    if (is == says) continue;
    if (std::find(table.digested.begin(), table.digested.end(), column) != table.digested.end())
      return fmt::format("{} is not what the record has a digest of", std::string_view(column));
    return fmt::format("{} is {}, the record says {}", std::string_view(column),
                       json::serialize(is), json::serialize(says));
  }
  return std::nullopt;
}

}  // namespace

namespace row_record {

void append(std::string& text, bool value) { text += value ? "true" : "false"; }
void append(std::string& text, std::int64_t value) {
  fmt::format_to(std::back_inserter(text), "{}", value);
}
void append(std::string& text, Instant value) {
  append(text, std::int64_t{value.time_since_epoch().count()});
}
void append(std::string& text, std::string_view value) {
  const bool plain = std::none_of(value.begin(), value.end(), [](char c) {
    return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
  });
  if (plain) {
    text += '"';
    text += value;
    text += '"';
  } else {
    text += json::serialize(json::string(value));
  }
}

std::string digest_of(std::string_view salt, std::string_view value, bool is_json) {
  const std::string text =
      is_json ? json::serialize(in_order(json::parse(value))) : std::string(value);
  return digest(salt, text).substr(0, kDigest);
}

}  // namespace row_record

void Rebuilt::take(std::string_view text) {
  json::monotonic_resource memory;
  const json::value parsed = json::parse(text, &memory);
  for (const auto& [row, columns] : parsed.as_object()) {
    auto& kept = rows_[row];
    for (const auto& [column, value] : columns.as_object())
      kept.insert_or_assign(column, json::value(value, json::storage_ptr()));
  }
}

std::optional<std::string> Rebuilt::difference_but_for_digests(const Rebuilt& before) const {
  for (const auto& [row, columns] : before.rows_) {
    const auto now = rows_.find(row);
    if (now == rows_.end()) return fmt::format("{} is missing", row);
    const TableOfRecord& table = table_of_row(row);
    for (const auto& [column, empty] : table.empty) {
      if (std::find(table.digested.begin(), table.digested.end(), column) != table.digested.end())
        continue;
      const auto was = columns.find(column), is = now->second.find(column);
      const json::value& said = was == columns.end() ? empty : was->second;
      const json::value& says = is == now->second.end() ? empty : is->second;
      if (said != says)
        return fmt::format("{}: {} became {}, it was {}", row, std::string_view(column),
                           json::serialize(says), json::serialize(said));
    }
  }
  for (const auto& [row, columns] : rows_)
    if (!before.rows_.contains(row)) return fmt::format("{} is new", row);
  return std::nullopt;
}

std::optional<std::string> Rebuilt::difference(const json::object& rows) const {
  for (const auto& [row, recorded] : rows_) {
    const json::value* found = rows.if_contains(row);
    if (!found) return fmt::format("{} is missing", row);
    if (auto words = first_difference(table_of_row(row), recorded, found->as_object()))
      return fmt::format("{}: {}", row, *words);
  }
  for (const auto& [row, columns] : rows)
    if (!rows_.contains(row)) return fmt::format("{} is not in the record", std::string_view(row));
  return std::nullopt;
}

}  // namespace tenggat::store
