// Reads one SOP file, part by part, each in a file of its own (load_sop.cpp, load_fields.cpp,
// load_ladders.cpp, load_steps.cpp). Internal to load_sop.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/fault_words.h"
#include "rules/sop/sop.h"
#include "rules/sop/sop_soundness.h"
#include "rules/yaml.h"

namespace tenggat {

template <class T>
using Read = boost::system::result<T, Said>;

Read<Budget> read_budget(std::string_view text);
bool is_identifier(std::string_view text);

class SopReader {
 public:
  explicit SopReader(const SourceFile& file);
  Loaded<Sop> read();

 private:
  // --- load_sop.cpp
  void prove();
  std::string identifier(const YamlValue& value);
  Budget budget(const YamlValue& value);
  Trigger trigger(const YamlValue& value);
  std::string role_name(const YamlValue& value);
  void read_head(const YamlMap& top);
  void read_total(const YamlValue& value);
  void read_service(const YamlMap& service);
  void read_law(const YamlMap& law);
  void read_objection(const YamlMap& entry);
  void read_identity(const YamlMap& entry);
  void read_number(const YamlValue& value);
  void read_roles(const YamlMap& top);
  void read_role(const YamlValue& key, const YamlMap& entry);
  void read_pauses(const YamlMap& top);
  void read_obstacles(const YamlMap& top);
  void read_documents(const YamlValue& names);
  void read_abbreviations(const YamlValue& list);

  // --- load_fields.cpp
  void read_fields(const YamlValue& list);
  void read_bounds(const YamlMap& entry, Field& field);
  void read_choices(const YamlMap& entry, Field& field);
  Condition read_condition(const YamlValue& value);
  std::vector<Comparison> read_comparisons(const YamlValue& value);
  void read_comparison(const Field& field, const YamlValue& key, const YamlValue& operand,
                       std::vector<Comparison>& all);
  std::optional<FieldValue> read_operand(const Field& field, const YamlValue& value);

  // --- load_ladders.cpp
  void read_ladders(const YamlMap& top);
  std::vector<RungRule> read_rungs(const YamlValue& list, bool of_case);
  void read_told(const YamlMap& entry, bool of_case, RungRule& rung);
  void override_ladder(const YamlMap& entry, Step& step);

  // --- load_steps.cpp
  void read_steps(const YamlMap& top);
  Step read_step(const YamlMap& entry);
  void read_requirements(const YamlValue& list, Step& step);
  void read_action(const YamlValue& key, const YamlValue& value, Step& step);
  void read_leads(const YamlMap& entry, ActionRule& action);
  void read_lead(const YamlValue& item, ActionRule& action);
  void read_outcomes(const YamlMap& entry, ActionRule& action);
  Outcome outcome(const YamlMap& entry, std::string_view key, std::string_view text);
  std::string words(const YamlMap& entry, std::string_view key);
  ActionWords read_words(const YamlMap& entry);
  std::vector<Output> read_outputs(const YamlValue& value);
  void mark_backward();

  YamlFile file_;
  Sop sop_;
  SopPlaces places_;
  bool accepted_before_;
};

// Records a fault where the text is longer.
void check_length(const YamlValue& value, std::size_t most_characters);

}  // namespace tenggat
