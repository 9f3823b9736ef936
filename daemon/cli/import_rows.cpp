#include "daemon/cli/import_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <filesystem>

#include "daemon/api/api_bodies.h"
#include "daemon/api/json.h"
#include "daemon/cli/command.h"
#include "daemon/cli/import_columns.h"
#include "daemon/cli/import_dates.h"
#include "daemon/cli/import_words.h"
#include "notifiers/phone.h"
#include "rules/utf8.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;
using Limits = http::BodyLimits;

bool is_json(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".json" || ending == ".jsonl" || ending == ".ndjson") return true;
  std::ifstream in(path, std::ios::binary);
  return in.peek() == '{';
}

std::string trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

// What JSON may give where a column would have a text.
std::optional<std::string> scalar(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "";
  return std::nullopt;
}

FieldValue field_value(const json::value& value) {
  if (value.is_bool()) return value.get_bool();
  if (value.is_number()) return value.to_number<double>();
  return value.is_string() ? std::string(value.get_string()) : std::string("\n");
}

}  // namespace

ImportRows::ImportRows(const std::string& path, const office::Rulebook& rulebook)
    : name_(std::filesystem::path(path).filename().string()),
      rulebook_(rulebook),
      in_(path, std::ios::binary) {
  if (!in_ || std::filesystem::is_directory(path))
    throw Refused(fmt::format("{} cannot be read", path));
  if (!is_json(path)) csv_.emplace(in_);
}

void ImportRows::fault(const std::string& at, const Said& what) {
  ++found_;
  Fault one{name_, static_cast<int>(line_), 1, "", ""};
  const std::string key = at.substr(0, at.find('/'));
  const auto cell =
      cells_.find(csv_ && key == "fields" ? std::string_view(at) : std::string_view(key));
  std::string label = at;
  if (cell != cells_.end()) {
    one.line = static_cast<int>(cell->second.line);
    one.column = cell->second.column;
    if (csv_) label = headings_.at(static_cast<std::size_t>(one.column) - 1);
  }
  one.message = label.empty() ? what.english : fmt::format("`{}`: {}", label, what.english);
  one.indonesian =
      label.empty() ? what.indonesian : fmt::format("`{}`: {}", label, what.indonesian);
  faults_.push_back(std::move(one));
}

// --- The file ----------------------------------------------------------------------------------

std::optional<ImportRows::Row> ImportRows::next() {
  if (csv_ && !head_read_) head_good_ = read_head();
  found_ = 0;
  if (csv_ ? !head_good_ || !next_csv() : !next_json()) return std::nullopt;
  return row();
}

bool ImportRows::read_head() {
  head_read_ = true;
  const auto head = csv_->next();
  if (head) return check_head(*head);
  if (csv_->fault())
    faults_.push_back({name_, static_cast<int>(csv_->fault()->line), csv_->fault()->column,
                       csv_->fault()->what.english, csv_->fault()->what.indonesian});
  else
    fault("", say<RowFault::empty_file>());
  return false;
}

bool ImportRows::check_head(const std::vector<CsvCell>& head) {
  std::size_t width = head.size();
  while (width > 0 && trimmed(head[width - 1].text).empty()) --width;
  const auto say_at = [&](std::size_t column, const Said& what) {
    faults_.push_back({name_, static_cast<int>(head[column].line), static_cast<int>(column) + 1,
                       what.english, what.indonesian});
  };
  const std::size_t before = faults_.size();
  // One cell alone is a title above the headings.
  if (width == 1 && head.size() > 1 && key_of_heading(trimmed(head.front().text)).empty())
    return say_at(1, say<RowFault::merged_header>(letters_of_column(1))), false;
  for (std::size_t i = 0; i < width; ++i) {
    const std::string heading = trimmed(head[i].text);
    headings_.push_back(heading);
    if (heading.empty()) {
      say_at(i, say<RowFault::merged_header>(letters_of_column(i)));
      return false;  // what follows would be read against the wrong headings
    }
    const std::string key = key_of_heading(heading);
    if (key.empty())
      say_at(i, say<RowFault::unknown_heading>(heading, names_of_columns()));
    else if (const auto first = std::find(keys_.begin(), keys_.end(), key); first != keys_.end())
      say_at(i, say<RowFault::heading_twice>(
                    heading, letters_of_column(static_cast<std::size_t>(first - keys_.begin()))));
    keys_.push_back(key);
  }
  const bool known = faults_.size() == before;
  for (const char* needed : {"name", "subject", "submitted_at"})
    if (known && std::find(keys_.begin(), keys_.end(), needed) == keys_.end())
      say_at(0, say<RowFault::heading_missing>(needed, other_names_of(needed)));
  return faults_.size() == before;
}

bool ImportRows::next_csv() {
  cells_.clear();
  const auto cells = csv_->next();
  if (!cells) {
    if (csv_->fault())
      faults_.push_back({name_, static_cast<int>(csv_->fault()->line), csv_->fault()->column,
                         csv_->fault()->what.english, csv_->fault()->what.indonesian});
    return false;
  }
  line_ = cells->front().line;
  for (std::size_t i = 0; i < cells->size(); ++i) {
    const CsvCell& cell = (*cells)[i];
    if (i >= keys_.size()) {
      if (!trimmed(cell.text).empty()) fault("", say<RowFault::too_many_cells>());
      continue;
    }
    cells_[keys_[i]] = {trimmed(cell.text), cell.line, static_cast<int>(i) + 1};
  }
  return true;
}

bool ImportRows::next_json() {
  constexpr std::size_t kMostBytes = 1024 * 1024;
  cells_.clear();
  json_.clear();
  std::string line;
  while (std::getline(in_, line)) {
    ++line_;
    bytes_ += static_cast<std::int64_t>(line.size()) + 1;
    const std::string_view text = line_ == 1 ? without_byte_order_mark(line) : line;
    if (trimmed(text).empty()) continue;
    auto parsed = http::parse_json(text, {.bytes = kMostBytes});
    if (!parsed) {
      fault("", say<RowFault::not_json>(parsed.error().message));
    } else if (!parsed->is_object()) {
      fault("", say<RowFault::not_json>(std::string(1, text.front())));
    } else {
      take_json(std::move(parsed->get_object()), line);
    }
    return true;
  }
  if (line_ == 0) fault("", say<RowFault::empty_file>());
  return false;
}

void ImportRows::take_json(json::object object, const std::string& line) {
  if (const json::value* nested = object.if_contains("applicant"); nested && nested->is_object()) {
    const json::object applicant = nested->get_object();
    object.erase("applicant");
    for (const auto& [key, value] : applicant) object[key] = value;
  }
  json_ = std::move(object);
  for (const auto& [name, value] : json_) {
    const std::string key(name);
    Cell& cell = cells_[key];
    cell.line = line_;
    cell.column = static_cast<int>(line.find('"' + key + '"')) + 1;
    if (key == "fields" || key == "visits" || key == "pauses") continue;
    if (key_of_heading(key) != key) {
      fault(key, say<RowFault::unknown_key>(key, names_of_columns() + ", fields, visits, pauses"));
      continue;
    }
    const auto text = scalar(value);
    if (!text) fault(key, say<RowFault::no_text>());
    cell.text = trimmed(text.value_or(""));
  }
}

// --- A row -------------------------------------------------------------------------------------

std::string ImportRows::text(const std::string& key, std::size_t most, bool required) {
  const auto cell = cells_.find(key);
  const std::string value = cell == cells_.end() ? "" : cell->second.text;
  if (value.empty() && required) fault(key, say<RowFault::missing>());
  if (characters_in(value) > most) fault(key, say<RowFault::too_long>(most));
  std::string line = value;
  std::replace(line.begin(), line.end(), '\n', ' ');
  if (has_hidden_character(line)) fault(key, say<RowFault::hidden>());
  return line;
}

std::optional<Instant> ImportRows::moment(const std::string& key, bool required) {
  const std::string written = text(key, Limits::word, required);
  if (written.empty()) return std::nullopt;
  const auto read = read_moment(written, *calendar_);
  if (const Instant* at = std::get_if<Instant>(&read)) return *at;
  if (std::get<NoMoment>(read) == NoMoment::no_such_day)
    fault(key, say<RowFault::no_such_day>(written));
  else
    fault(key, say<RowFault::no_moment>(written));
  return std::nullopt;
}

const Sop* ImportRows::read_sop() {
  const std::string named = text("sop", Limits::subject);
  std::vector<std::string> ids;
  const std::vector<const Sop*> all = rulebook_.sops_in_force();
  for (const Sop* one : all) {
    if (one->internal()) continue;
    ids.push_back(one->id);
    if (!named.empty() && (folded(one->id) == folded(named) || folded(one->title) == folded(named)))
      return one;
  }
  if (named.empty() && ids.size() == 1) return rulebook_.sop_in_force(ids.front());
  fault("sop", named.empty()
                   ? say<RowFault::missing>()
                   : say<RowFault::no_sop>(named, fmt::format("{}", fmt::join(ids, ", "))));
  return nullptr;
}

ImportRows::Row ImportRows::row() {
  Row row;
  office::ImportRow& of = row.of;
  of.line = line_;
  if (found_ > 0 && !csv_ && json_.empty()) return row;
  of.sop = sop_ = read_sop();
  if (!sop_) return row;
  calendar_ = &rulebook_.calendar(sop_->calendar);
  read_applicant(of);
  PastFile& past = of.past;
  past.permit.subject = text("subject", Limits::subject, true);
  past.permit.external_id = text("external_id", Limits::external_id);
  read_number(of);
  const std::size_t of_whom = found_;
  past.submitted_at = moment("submitted_at", true).value_or(Instant{});
  past.permit.started_at = moment("started_at");
  past.accepted_at = moment("accepted_at");
  past.step = text("step", Limits::subject);
  past.step_opened_at = moment("step_opened_at");
  past.ended_at = moment("ended_at");
  past.assignee = text("assignee", Limits::officer_name);
  if (const std::string state = text("state", Limits::word); !state.empty()) {
    past.state = state_named(state);
    if (!past.state) fault("state", say<RowFault::no_state>(state));
  }
  past.outcome = outcome(text("outcome", Limits::word), "outcome").value_or(Outcome::none);
  read_fields(of);
  if (!csv_) {
    read_visits(past);
    read_pauses(past);
  }
  row.good = found_ == 0;
  row.decidable = found_ == of_whom;
  row.named = true;
  return row;
}

void ImportRows::read_applicant(office::ImportRow& of) {
  of.applicant.name = text("name", Limits::name, true);
  of.applicant.email = text("email", Limits::name);
  if (!of.applicant.email.empty() && !notify::is_mail_address(of.applicant.email))
    fault("email", say<RowFault::no_email>(of.applicant.email));
  const std::string phone = text("whatsapp", Limits::word);
  if (phone.empty()) return;
  if (const auto number = notify::normalise_phone(phone))
    of.applicant.whatsapp = *number;
  else
    fault("whatsapp", say<RowFault::no_phone>(phone));
}

void ImportRows::read_fields(office::ImportRow& of) {
  const bool has_form = !sop_->fields.empty();
  json::object kept;
  const auto take_text = [&](const std::string& id, const std::string& key) {
    const std::string value = text(key, Field::kMostText);
    if (value.empty()) return;
    const Field* field = sop_->find_field(id);
    if (!has_form) {
      kept[id] = value;
    } else if (!field) {
      of.past.permit.fields[id] = value;  // the core names those that there are
    } else if (auto read = read_field(*field, value)) {
      of.past.permit.fields[id] = *std::move(read);
    } else {
      fault(key, read.error());
    }
  };
  if (csv_) {
    for (const std::string& key : keys_)
      if (key.starts_with("fields/")) take_text(key.substr(7), key);
  } else if (const json::value* fields = json_.if_contains("fields");
             fields && !fields->is_null()) {
    if (!fields->is_object()) return fault("fields", say<RowFault::no_list>());
    if (!has_form) kept = fields->get_object();
    for (const auto& [id, value] : fields->get_object())
      if (has_form && !value.is_null()) of.past.permit.fields[std::string(id)] = field_value(value);
  }
  of.fields = has_form ? "{}" : json::serialize(kept);
  if (of.fields.size() > Limits::fields_bytes)
    fault("fields", say<RowFault::line_too_long>(Limits::fields_bytes));
}

// One that the service could have given is kept.
void ImportRows::read_number(office::ImportRow& of) {
  const std::string number = text("number", Limits::document_number);
  if (number.empty()) return;
  if (const auto printed = sop_->number_format.read(number)) {
    of.number = number;
    of.printed = *printed;
  } else {
    of.past.former_number = number;
  }
}

std::optional<Outcome> ImportRows::outcome(const std::string& text, const std::string& where) {
  if (text.empty()) return Outcome::none;
  const auto found = outcome_named(text);
  if (!found) fault(where, say<RowFault::no_outcome>(text));
  return found;
}

// --- JSON alone --------------------------------------------------------------------------------

std::vector<const json::object*> ImportRows::objects(const char* key) {
  std::vector<const json::object*> all;
  const json::value* list = json_.if_contains(key);
  if (!list || list->is_null()) return all;
  if (!list->is_array()) {
    fault(key, say<RowFault::no_list>());
    return all;
  }
  for (const json::value& one : list->get_array()) {
    if (one.is_object())
      all.push_back(&one.get_object());
    else
      fault(fmt::format("{}/{}", key, all.size()), say<RowFault::no_list>());
  }
  return all;
}

std::string ImportRows::text_in(const json::object& object, const char* key,
                                const std::string& where) {
  const json::value* value = object.if_contains(key);
  if (!value) return "";
  const auto text = scalar(*value);
  if (!text) fault(where + key, say<RowFault::no_text>());
  const std::string line = trimmed(text.value_or(""));
  if (has_hidden_character(line)) fault(where + key, say<RowFault::hidden>());
  if (characters_in(line) > Limits::name) fault(where + key, say<RowFault::too_long>(Limits::name));
  return line;
}

std::optional<Instant> ImportRows::moment_in(const json::object& object, const char* key,
                                             const std::string& where) {
  const std::string written = text_in(object, key, where);
  if (written.empty()) return std::nullopt;
  const auto read = read_moment(written, *calendar_);
  if (const Instant* at = std::get_if<Instant>(&read)) return *at;
  fault(where + key, say<RowFault::no_moment>(written));
  return std::nullopt;
}

void ImportRows::refuse_unknown(const json::object& object,
                                std::initializer_list<const char*> known,
                                const std::string& where) {
  for (const auto& [key, value] : object)
    if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end())
      fault(
          where + std::string(key),
          say<RowFault::unknown_key>(std::string(key), fmt::format("{}", fmt::join(known, ", "))));
}

void ImportRows::read_visits(PastFile& past) {
  for (const json::object* one : objects("visits")) {
    const std::string where = fmt::format("visits/{}/", past.visits.size());
    refuse_unknown(
        *one, {"step", "opened_at", "claimed_at", "closed_at", "action", "by", "to", "outcome"},
        where);
    PastVisit visit;
    visit.step = text_in(*one, "step", where);
    visit.opened_at = moment_in(*one, "opened_at", where);
    visit.claimed_at = moment_in(*one, "claimed_at", where);
    visit.closed_at = moment_in(*one, "closed_at", where);
    visit.action = text_in(*one, "action", where);
    visit.by = text_in(*one, "by", where);
    visit.outcome =
        outcome(text_in(*one, "outcome", where), where + "outcome").value_or(Outcome::none);
    if (const json::value* to = one->if_contains("to"); to && to->is_array())
      for (const json::value& branch : to->get_array())
        if (branch.is_string()) visit.to.emplace_back(branch.get_string());
    past.visits.push_back(std::move(visit));
  }
}

void ImportRows::read_pauses(PastFile& past) {
  for (const json::object* one : objects("pauses")) {
    const std::string where = fmt::format("pauses/{}/", past.pauses.size());
    refuse_unknown(*one, {"step", "reason", "from", "to", "until", "by"}, where);
    PastPause pause;
    pause.step = text_in(*one, "step", where);
    pause.reason = text_in(*one, "reason", where);
    if (const auto from = moment_in(*one, "from", where))
      pause.from = *from;
    else if (found_ == 0)
      fault(where + "from", say<RowFault::missing>());
    pause.to = moment_in(*one, "to", where);
    pause.until = moment_in(*one, "until", where);
    pause.by = text_in(*one, "by", where);
    past.pauses.push_back(std::move(pause));
  }
}

}  // namespace tenggat::cli
