// tenggat.yaml(5) and tenggat-sop(5).
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "daemon/base/config_keys.h"
#include "daemon/cli/manual.h"

namespace tenggat::cli {

std::string_view sop_schema();             // sop.schema.json
std::string_view example_configuration();  // systemd/tenggat.yaml

namespace {

namespace json = boost::json;

std::string text_of(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

// "#/$defs/langkah": langkah.
std::string name_of_reference(const json::object& schema) {
  const std::string reference = text_of(schema, "$ref");
  return reference.substr(reference.rfind('/') + 1);
}

// All that a value may be: itself, or each of `anyOf`, or of a list's items.
std::vector<const json::object*> forms_of(const json::object& schema) {
  std::vector<const json::object*> forms{&schema};
  for (const char* key : {"anyOf", "items", "additionalProperties"}) {
    const json::value* inner = schema.if_contains(key);
    if (!inner) continue;
    if (inner->is_object()) {
      for (const json::object* one : forms_of(inner->get_object())) forms.push_back(one);
    } else if (inner->is_array()) {
      for (const json::value& each : inner->get_array())
        if (each.is_object())
          for (const json::object* one : forms_of(each.get_object())) forms.push_back(one);
    }
  }
  return forms;
}

class SopManual {
 public:
  SopManual(Roff& roff, const json::object& schema)
      : roff_(roff), definitions_(schema.at("$defs").as_object()) {}

  // The keys of a map, those of maps within it behind a dot.
  void keys(const json::object& schema, const std::string& before) {
    const json::value* properties = schema.if_contains("properties");
    if (!properties) return;
    for (const auto& [key, value] : properties->as_object())
      key_of(before + std::string(key), value.as_object(), is_required(schema, key));
  }
  void definitions() {
    for (const auto& [name, value] : definitions_) {
      const json::object& schema = value.as_object();
      if (!schema.contains("properties")) continue;
      roff_.section(name);
      if (const std::string says = text_of(schema, "description"); !says.empty()) roff_.text(says);
      keys(schema, "");
    }
  }

 private:
  static bool is_required(const json::object& schema, std::string_view key) {
    const json::value* required = schema.if_contains("required");
    if (!required) return false;
    for (const json::value& one : required->as_array())
      if (one.as_string() == key) return true;
    return false;
  }
  void key_of(const std::string& name, const json::object& schema, bool required) {
    std::string says = text_of(schema, "description");
    for (const json::object* form : forms_of(schema)) {
      if (const json::value* words = form->if_contains("enum")) {
        std::vector<std::string> all;
        for (const json::value& word : words->as_array())
          if (word.is_string()) all.emplace_back(word.get_string());
        says += fmt::format(" [{}]", fmt::join(all, " | "));
      }
      const std::string reference = name_of_reference(*form);
      if (const json::value* found = definitions_.if_contains(reference);
          found && found->as_object().contains("properties"))
        says += fmt::format(" → {}", reference);
    }
    roff_.item(required ? name + " (wajib)" : name, says);
    for (const json::object* form : forms_of(schema)) keys(*form, name + ".");
  }

  Roff& roff_;
  const json::object& definitions_;
};

}  // namespace

ManualPage configuration_page() {
  Roff roff("tenggat.yaml", 5, "the configuration of tenggatd and tenggat");
  roff.section("DESCRIPTION");
  roff.text(
      "A YAML file, /etc/tenggat/tenggat.yaml; `tenggat setup` writes it. Unknown and doubled "
      "keys are faults, and all faults are said at once: tenggatd --check. Durations are "
      "written 30s, 2m, 1h 30m, sizes 16KiB, 1MiB. A relative path is taken from the file's "
      "folder. A *_file names a file with a secret: a relative one is looked up in "
      "$CREDENTIALS_DIRECTORY first, then beside the configuration; tenggat_NAME is "
      "credentials/NAME there.");
  roff.text(
      "A key marked (restart) is taken up by a restart of the daemon, any other by a reload. "
      "A dot in a name stands for a map in the file: email.url is url below email.");
  roff.section("KEYS");
  for (const ConfigKey& key : config_keys())
    roff.item(fmt::format("{}{}", key.name, key.keep ? " (restart)" : ""), key.says);
  roff.section("EXAMPLE");
  roff.text("The values that ship:");
  roff.example(example_configuration());
  roff.section("FILES");
  roff.item("/usr/share/tenggat/tenggat.yaml", "the example above");
  roff.see_also({"tenggatd(8)", "tenggat-setup(1)", "tenggat-doctor(1)"});
  return std::move(roff).page();
}

ManualPage sop_page() {
  const json::value schema = json::parse(json::string_view(sop_schema()));
  const json::object& root = schema.as_object();
  Roff roff("tenggat-sop", 5, "berkas SOP, satu berkas satu layanan");
  roff.section("DESCRIPTION");
  roff.text(text_of(root, "description"));
  roff.section("KUNCI BERKAS");
  SopManual manual(roff, root);
  manual.keys(root, "");
  manual.definitions();
  roff.section("FILES");
  roff.item("/etc/tenggat/rules/sop", "berkas SOP");
  roff.item("/usr/share/tenggat/schema/sop.schema.json", "JSON Schema (2020-12)");
  roff.item("/usr/share/doc/tenggat/docs/sop.md", "panduan menulis SOP");
  roff.see_also({"tenggat-check(1)", "tenggat-diagram(1)", "tenggat-sop(1)", "tenggat.yaml(5)"});
  return std::move(roff).page();
}

}  // namespace tenggat::cli
