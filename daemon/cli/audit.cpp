// `tenggat audit verify`: whether the record is as it was written, and the rows as it says.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>

#include "daemon/base/secrets.h"
#include "daemon/base/signing.h"
#include "daemon/cli/find_permit.h"
#include "daemon/cli/print.h"
#include "daemon/cli/progress.h"
#include "daemon/office/derivation.h"
#include "daemon/store/audit.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/seals.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

// What was walked, and what does not hold.
struct Walked {
  store::AuditReport record;
  std::optional<std::int64_t> office_events;  // of one permit: they were not walked
};

json::object as_json(const Walked& walked) {
  const store::AuditReport& report = walked.record;
  json::array findings;
  for (const store::AuditFinding& one : report.findings)
    findings.push_back(
        json::object{{"number", one.number}, {"event", one.sequence}, {"what", one.what}});
  json::object all{{"permits", report.permits}, {"events", report.events}, {"rows", report.rows}};
  if (walked.office_events) all["office_events"] = *walked.office_events;
  all["findings"] = std::move(findings);
  return all;
}

void write_text(std::ostream& out, const Walked& walked) {
  const store::AuditReport& report = walked.record;
  for (const store::AuditFinding& one : report.findings) out << store::words_of(one) << '\n';
  const std::string of_office =
      walked.office_events ? fmt::format("; {} events of the office", *walked.office_events) : "";
  out << fmt::format("{} permits, {} events, {} rows{}: {}\n", report.permits, report.events,
                     report.rows, of_office,
                     report.findings.empty() ? "every chain holds, every row is as the record says"
                                             : fmt::format("{} findings, at most one a permit",
                                                           report.findings.size()));
}

std::string read_small_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || std::filesystem::is_directory(path) || !(text << in.rdbuf()))
    throw Refused(fmt::format("{} cannot be read", path));
  return text.str();
}

// The key that a seal must bear: that of --key, else the configured one.
CheckingKey key_to_check_by(DatabaseCall& call) {
  if (const auto named = call.given.text("key")) {
    if (auto key = CheckingKey::from_pem(read_small_file(*named))) return *std::move(key);
    throw Refused(fmt::format("{} holds no Ed25519 key", *named));
  }
  const auto secrets = read_secrets(call.config, configuration_path(call.given, call.terminal));
  if (!secrets) throw Refused(secrets.error().front().to_string());
  if (auto key = CheckingKey::from_pem(secrets->seal_key)) return *std::move(key);
  throw Refused(
      "no seal_key_file is configured, and state_dir shows none: give the public key by --key");
}

// What is wrong with the record as the seal in this file holds it.
pg::Awaitable<void> check_seal(DatabaseCall& call, std::string path,
                               std::vector<store::AuditFinding>& findings) {
  const auto seal = store::parse_seal(read_small_file(path));
  if (!seal) throw Refused(fmt::format("{} is no seal as `tenggat audit seal` prints it", path));
  const CheckingKey key = key_to_check_by(call);
  if (key.id() != seal->key)
    throw Refused(
        fmt::format("the seal was made with the key {}, this is {}", seal->key, key.id()));
  if (!key.verifies(seal->signed_text(), seal->signature)) {
    findings.push_back({"", 0, fmt::format("{}: the signature is not that of the key", path)});
    co_return;
  }
  for (store::AuditFinding& one : co_await store::verify_seal(call.connection, *seal))
    findings.push_back(std::move(one));
}

pg::Awaitable<int> verify(DatabaseCall& call) {
  const auto office = co_await read_office(call);
  office::RulesOfRecord rules(office->rulebook);
  store::AuditOptions options;
  options.derivation = &rules;
  if (const auto named = call.given.argument(0))
    options.permit = co_await find_permit(call, *named);
  Progress progress(call.terminal, "permits");
  options.on_progress = [&](std::int64_t done, std::int64_t all) { progress.show(done, all); };
  Walked walked;
  walked.record = co_await store::verify_record(call.connection, options);
  progress.end();
  std::vector<store::AuditFinding>& findings = walked.record.findings;
  if (options.permit == 0) {
    const store::OfficeAudit of_office = co_await store::verify_office_chain(call.connection);
    walked.office_events = of_office.events;
    if (of_office.broken) findings.push_back(*of_office.broken);
  }
  if (const auto path = call.given.text("seal")) co_await check_seal(call, *path, findings);
  if (call.given.has("json"))
    write_json(call.terminal.out, as_json(walked));
  else
    write_text(call.terminal.out, walked);
  co_return findings.empty() ? kOk : kRefused;
}

pg::Awaitable<int> seal(DatabaseCall& call) {
  std::optional<std::int64_t> number;
  if (call.given.argument(0)) number = id_argument(call.given, 0);
  const auto found = co_await store::find_seal(call.connection, number);
  if (!found)
    throw Refused(number
                      ? fmt::format("there is no seal {}", *number)
                      : std::string("the record was never sealed: the daemon does it once a day"));
  call.terminal.out << found->page();
  co_return kOk;
}

int run_seal(const Given& given, Terminal& terminal) { return on_database(given, terminal, seal); }

int run_verify(const Given& given, Terminal& terminal) {
  return on_database(given, terminal, verify);
}

}  // namespace

std::vector<Command> audit_commands() {
  return {
      {"audit verify",
       {{"PERMIT", false}},
       {{"seal", "FILE", "and that nothing from before this seal was rewritten or removed"},
        {"key", "FILE", "the public key that the seal must bear, PEM; else seal_key_file's"},
        kConfigOption,
        kJsonOption},
       "checks the record of one permit, or of all, and names where it is first broken",
       "PERMIT is an id or a number. The chain of events is walked, the permit's rows are built\n"
       "again from it and laid beside those that are there; of all permits also: that none is\n"
       "missing whose number was given, and the office's own chain.",
       run_verify},
      {"audit seal",
       {{"NUMBER", false}},
       {kConfigOption},
       "prints the last seal of the record, or that of a number: to be kept out of the house",
       "The daemon seals once a day and when it stops. openssl alone can check the signature:\n"
       "docs/record.md says how.",
       run_seal}};
}

}  // namespace tenggat::cli
