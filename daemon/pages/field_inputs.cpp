#include "daemon/pages/field_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "daemon/pages/page_calls.h"
#include "daemon/pages/words.h"
#include "notifiers/words.h"

namespace tenggat::pages {
namespace {

constexpr std::string_view kYes = "true", kNo = "false";

std::string input_name(const Field& field) { return "isian." + field.id; }

std::string number_words(double number) {
  if (number == std::floor(number) && std::abs(number) <= Field::kMostNumber)
    return notify::number(static_cast<std::int64_t>(number));
  std::string words = to_string(FieldValue(number));
  std::replace(words.begin(), words.end(), '.', ',');
  return words;
}

// "[0-9]{16}" asks for 16 digits; nothing for any other pattern.
std::string digits_asked(const std::string& pattern) {
  constexpr std::string_view kStart = "[0-9]{";
  if (!pattern.starts_with(kStart) || !pattern.ends_with('}')) return "";
  const std::string count = pattern.substr(kStart.size(), pattern.size() - kStart.size() - 1);
  const bool plain = !count.empty() && std::all_of(count.begin(), count.end(),
                                                   [](char c) { return c >= '0' && c <= '9'; });
  return plain ? count : "";
}

// What the field takes, beside its label.
std::string hint_of(const Field& field) {
  if (field.kind == Field::Kind::number) {
    if (field.min && field.max)
      return fmt::format("{} sampai {}", number_words(*field.min), number_words(*field.max));
    if (field.min) return "paling sedikit " + number_words(*field.min);
    if (field.max) return "paling banyak " + number_words(*field.max);
  }
  if (const std::string digits = digits_asked(field.pattern); !digits.empty())
    return digits + " angka";
  return "";
}

// What is wrong in what was typed, after the field's label; empty: nothing.
std::string fault_of(const FieldForm& form, const Field& field, const std::string& typed) {
  const auto now = form.now.find(field.id);
  const bool hidden = form.hides_personal && field.personal;
  if (typed.empty()) return now == form.now.end() || hidden ? "" : "tidak dapat dikosongkan";
  const auto read = read_field(field, typed);
  if (read) return "";
  // A pattern is nothing to read.
  if (!field.pattern.empty() && matches(field.pattern, typed) == false) {
    const std::string digits = digits_asked(field.pattern);
    return digits.empty() ? "tidak sesuai dengan bentuk yang diminta"
                          : "harus terdiri atas " + digits + " angka";
  }
  Field any_number;
  any_number.kind = Field::Kind::number;
  if (field.kind == Field::Kind::number && !hint_of(field).empty() && read_field(any_number, typed))
    return "harus " + hint_of(field);
  return read.error().indonesian;
}

// One field as it is asked for.
struct AskedField {
  const Field& field;
  std::string id, value, fault;
};

Html hint(const AskedField& asked) {
  Html words;
  if (!asked.fault.empty())
    words = html("<span class=\"salah-isian\">{} {}.</span>", asked.field.label, asked.fault);
  else if (const std::string takes = hint_of(asked.field); !takes.empty())
    words = html("<span class=\"halus\">{}</span>", takes);
  return html("<p class=\"isian-petunjuk\" id=\"{}-petunjuk\">{}</p>", asked.id, words);
}

Html number_input(const AskedField& asked) {
  const Field& field = asked.field;
  const auto bound = [](const std::optional<double>& one) {
    return one ? to_string(FieldValue(*one)) : std::string();
  };
  return html(
      "<input type=\"number\" step=\"any\" inputmode=\"decimal\" id=\"{}\" name=\"{}\" min=\"{}\" "
      "max=\"{}\" value=\"{}\" aria-describedby=\"{}-petunjuk\" aria-invalid=\"{}\">",
      asked.id, input_name(field), bound(field.min), bound(field.max), asked.value, asked.id,
      asked.fault.empty() ? "false" : "true");
}

Html text_input(const AskedField& asked) {
  const Field& field = asked.field;
  const std::string_view keys = digits_asked(field.pattern).empty() ? "text" : "numeric";
  const std::string_view wrong = asked.fault.empty() ? "false" : "true";
  if (field.pattern.empty())
    return html(
        "<input type=\"text\" id=\"{}\" name=\"{}\" maxlength=\"{}\" value=\"{}\" "
        "aria-describedby=\"{}-petunjuk\" aria-invalid=\"{}\">",
        asked.id, input_name(field), Field::kMostText, asked.value, asked.id, wrong);
  return html(
      "<input type=\"text\" id=\"{}\" name=\"{}\" maxlength=\"{}\" value=\"{}\" pattern=\"{}\" "
      "title=\"{}\" inputmode=\"{}\" aria-describedby=\"{}-petunjuk\" aria-invalid=\"{}\">",
      asked.id, input_name(field), Field::kMostText, asked.value, field.pattern, hint_of(field),
      keys, asked.id, wrong);
}

Html select_input(const AskedField& asked) {
  Html options = option("", "– pilih –", asked.value.empty());
  for (const auto& [choice, words] : asked.field.choices)
    options += option(choice, words, asked.value == choice);
  return html(
      "<select id=\"{}\" name=\"{}\" aria-describedby=\"{}-petunjuk\" aria-invalid=\"{}\">{}"
      "</select>",
      asked.id, input_name(asked.field), asked.id, asked.fault.empty() ? "false" : "true", options);
}

Html input_of(const AskedField& asked) {
  const Field& field = asked.field;
  if (field.kind == Field::Kind::yes_no)
    return html("<fieldset class=\"pilihan\"><legend>{}</legend>{}{}{}</fieldset>", field.label,
                radio_button(input_name(field), kYes, "Ya", asked.value == kYes),
                radio_button(input_name(field), kNo, "Tidak", asked.value == kNo), hint(asked));
  Html input;
  switch (field.kind) {
    case Field::Kind::number:
      input = number_input(asked);
      break;
    case Field::Kind::date:
      input = html(
          "<input type=\"date\" id=\"{}\" name=\"{}\" value=\"{}\" "
          "aria-describedby=\"{}-petunjuk\" aria-invalid=\"{}\">",
          asked.id, input_name(field), asked.value, asked.id,
          asked.fault.empty() ? "false" : "true");
      break;
    case Field::Kind::choice:
      input = select_input(asked);
      break;
    default:
      input = text_input(asked);
  }
  return html("<label for=\"{}\">{}</label>{}{}", asked.id, field.label, input, hint(asked));
}

}  // namespace

std::string field_words(const Field& field, const FieldValue& value) {
  if (const double* number = std::get_if<double>(&value)) return number_words(*number);
  if (field.kind == Field::Kind::date) return notify::date(to_string(value));
  return field.shown(value);
}

std::string field_words(const Field& field, const std::string& stored) {
  const auto value = read_field(field, stored);
  return value ? field_words(field, *value) : stored;
}

Html field_facts(const Sop& sop, const FieldValues& given, bool with_personal) {
  Html facts;
  for (const Field& field : sop.fields) {
    const auto value = given.find(field.id);
    if (value == given.end() || (field.personal && !with_personal)) continue;
    facts += html("<dt>{}</dt><dd>{}</dd>", field.label, field_words(field, value->second));
  }
  if (facts.empty()) return {};
  return html("<dl class=\"fakta\">{}</dl>", facts);
}

std::vector<const Field*> fields_asked(const Sop& sop) {
  const auto is_set_by_office = [&sop](const Field& field) {
    return std::any_of(sop.steps.begin(), sop.steps.end(), [&](const Step& step) {
      return !sop.is_applicant(step.role) &&
             std::find(step.fields.begin(), step.fields.end(), field.id) != step.fields.end();
    });
  };
  std::vector<const Field*> asked;
  for (const Field& field : sop.fields)
    if (field.required || !is_set_by_office(field)) asked.push_back(&field);
  return asked;
}

Html field_inputs(const FieldForm& form, std::string_view id, const Typed& typed) {
  Html inputs;
  for (const Field* field : form.fields) {
    const auto now = form.now.find(field->id);
    std::string value;
    if (now != form.now.end() && !(form.hides_personal && field->personal))
      value = to_string(now->second);
    AskedField asked{*field, fmt::format("{}-{}", id, field->id),
                     typed.text(input_name(*field), std::move(value)), ""};
    if (typed) asked.fault = fault_of(form, *field, asked.value);
    inputs += input_of(asked);
  }
  return inputs;
}

FieldsRead read_fields(const FieldForm& form, const http::Form& sent) {
  FieldsRead read;
  for (const Field* field : form.fields) {
    const std::string typed = sent.text(input_name(*field));
    const std::vector<http::FormField>& all = sent.fields;
    const bool asked = std::any_of(all.begin(), all.end(), [&](const http::FormField& one) {
      return one.name == input_name(*field);
    });
    if (!asked) continue;
    if (const std::string fault = fault_of(form, *field, typed); !fault.empty()) {
      read.fault += fmt::format("{}{} {}", read.fault.empty() ? "" : "; ", field->label, fault);
      continue;
    }
    if (typed.empty()) continue;
    FieldValue value = *read_field(*field, typed);
    const auto now = form.now.find(field->id);
    if (now == form.now.end() || now->second != value) read.changed[field->id] = std::move(value);
  }
  if (!read.fault.empty()) read.fault = "Periksa isian: " + read.fault + ".";
  return read;
}

}  // namespace tenggat::pages
