// `tenggat permit dossier`: everything on record about one permit. On the database, since the chain
// is walked there.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "daemon/cli/dossier.h"
#include "daemon/cli/find_permit.h"
#include "daemon/cli/print.h"
#include "daemon/office/derivation.h"
#include "daemon/pages/dossier.h"
#include "daemon/store/letters.h"

namespace tenggat::cli {

pg::Awaitable<PrintedDossier> print_dossier(DatabaseCall& call, Office& office, std::int64_t id,
                                            bool internal_notes) {
  pg::Pipeline pipeline;
  const std::vector<std::int64_t> ids(1, id);
  const store::PermitLoad load(pipeline, ids, store::Lock::none);
  const auto events = store::add_events(pipeline, id);
  const auto notes = store::add_notes(pipeline, id);
  const auto letters = store::add_letters(pipeline, id);
  const auto related = store::add_related(pipeline, id);
  const store::ToldAbout told(pipeline, id);
  const pg::Results results = co_await call.connection.run(std::move(pipeline));
  const std::map<std::int64_t, store::StoredPermit> permits = load.take(results);
  const store::StoredPermit& stored = permits.at(id);
  std::vector<std::string> versions = office.rulebook.unknown_versions(permits);
  co_await office.rulebook.ensure_versions(call.connection, std::move(versions));
  office::RulesOfRecord rules(office.rulebook);
  store::AuditOptions options;
  options.permit = id;
  options.derivation = &rules;
  const store::AuditReport chain = co_await store::verify_record(call.connection, options);

  const Context context =
      office.rulebook.context(office.rulebook.sop_version(stored.permit.sop_version),
                              std::max(office.moment.now, stored.permit.changed_at));
  const std::vector<store::StoredEvent> its_events = results[events];
  const std::vector<store::StoredNote> its_notes = results[notes];
  const std::vector<store::ToldNotice> its_told = results[told];
  const std::vector<Delegation> its_letters = results[letters];
  const std::vector<store::RelatedPermit> its_related = results[related];
  const pages::Dossier whole{
      stored,      context, its_events,           its_notes,     its_told, its_letters,
      its_related, chain,   call.config.instansi, internal_notes};
  co_return PrintedDossier(pages::dossier_json(whole), pages::dossier_page(whole),
                           chain.findings.empty());
}

namespace {

pg::Awaitable<int> dossier(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  const std::int64_t id = co_await find_permit(call, call.given.argument(0).value_or(""));
  const PrintedDossier printed =
      co_await print_dossier(call, *office, id, call.given.has("internal-notes"));
  if (call.given.has("json"))
    write_json(call.terminal.out, printed.json);
  else
    call.terminal.out << printed.page;
  co_return printed.holds ? kOk : kRefused;
}

int run_dossier(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, dossier);
}

}  // namespace

std::vector<Command> dossier_commands() {
  return {
      {"permit dossier",
       {{"PERMIT"}},
       {kConfigOption,
        kJsonOption,
        {"internal-notes", "", "with what officers wrote for one another: not for the applicant"}},
       "everything on record about a permit, as a page to print",
       "PERMIT is an id or a number. The clock's proof day by day, decrees, letters, messages "
       "with\n"
       "their receipts, and the chain of events, walked while it is printed: exit code 1 where it\n"
       "is broken.",
       run_dossier}};
}

}  // namespace tenggat::cli
