#include "daemon/store/templates.h"

#include "daemon/store/columns.h"

namespace tenggat::store {

pg::Slot<bool> add_claim_templates(pg::Pipeline& pipeline) {
  static const auto sql =
      any("UPDATE template_look SET asked_at = now() WHERE asked_at IS NULL"
          " OR asked_at <= now() - $1::int * interval '1 second'"
          " OR (wanted_at > asked_at AND asked_at <= now() - $2::int * interval '1 second')"
          " RETURNING only_one");
  return pipeline.add(sql, std::chrono::seconds(kTemplatesEvery).count(),
                      std::chrono::seconds(kTemplatesApart).count());
}

void add_want_templates(pg::Pipeline& pipeline) {
  pipeline.add("UPDATE template_look SET wanted_at = now()");
}

void add_keep_templates(pg::Pipeline& pipeline, const std::vector<TemplateState>& all) {
  std::vector<std::string> names, languages, statuses, reasons;
  for (const TemplateState& one : all) {
    names.push_back(one.name);
    languages.push_back(one.language);
    statuses.push_back(one.status);
    reasons.push_back(one.reason);
  }
  pipeline.add(
      "DELETE FROM template_state s WHERE NOT EXISTS (SELECT FROM unnest($1::text[], $2::text[])"
      " AS n (name, language) WHERE n.name = s.name AND n.language = s.language)",
      pg::text_array(names), pg::text_array(languages));
  pipeline.add(
      "INSERT INTO template_state AS s (name, language, status, reason, since)"
      " SELECT n.*, now() FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"
      " AS n (name, language, status, reason)"
      " ON CONFLICT (name, language) DO UPDATE SET status = excluded.status,"
      " reason = excluded.reason,"
      " since = CASE WHEN s.status = excluded.status THEN s.since ELSE excluded.since END",
      pg::text_array(names), pg::text_array(languages), pg::text_array(statuses),
      pg::text_array(reasons));
  pipeline.add("UPDATE template_look SET answered_at = now(), refused = '', detail = ''");
}

void add_templates_refused(pg::Pipeline& pipeline, const std::string& reason,
                           const std::string& detail) {
  pipeline.add("UPDATE template_look SET refused = $1, detail = $2", reason, detail);
}

pg::Slot<TemplateLook> add_template_look(pg::Pipeline& pipeline) {
  static constexpr auto kLook = columns(
      given("asked_at", &TemplateLook::asked_at), given("answered_at", &TemplateLook::answered_at),
      given("coalesce(wanted_at > coalesce(asked_at, '-infinity'), false)", &TemplateLook::waiting),
      given("refused", &TemplateLook::refused), given("detail", &TemplateLook::detail));
  static const auto sql = only<kLook>("SELECT {} FROM template_look");
  return pipeline.add(sql);
}

pg::Slot<std::vector<TemplateState>> add_templates(pg::Pipeline& pipeline) {
  static constexpr auto kState =
      columns(given("name", &TemplateState::name), given("language", &TemplateState::language),
              given("status", &TemplateState::status), given("reason", &TemplateState::reason),
              given("since", &TemplateState::since));
  static const auto sql = each<kState>("SELECT {} FROM template_state ORDER BY name, language");
  return pipeline.add(sql);
}

}  // namespace tenggat::store
