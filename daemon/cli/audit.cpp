// `tenggat audit verify`: whether the record is as it was written, and the rows as it says.
#include <fmt/format.h>

#include <algorithm>
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
#include "daemon/office/permit_receipts.h"
#include "daemon/store/audit.h"
#include "daemon/store/office_chain.h"
#include "daemon/store/permit_receipt.h"
#include "daemon/store/seals.h"
#include "notifiers/base64.h"

namespace tenggat::cli {
namespace {

namespace json = boost::json;

// What was walked, and what does not hold.
struct Walked {
  store::AuditReport record;
  std::optional<std::int64_t> office_events;  // of one permit: they were not walked
  std::optional<store::PermitReceipt> receipt{};
  store::ReceiptAudit of_receipt{};
};

// What the receipt says, where it has not been found to say something else than the record.
json::object as_json(const store::PermitReceipt& receipt, const store::ReceiptAudit& audit) {
  json::object said{{"permit", receipt.permit}, {"event", receipt.event}};
  if (receipt.of.due) said["due"] = to_string(Stamp{*receipt.of.due, Seconds{0}});
  if (audit.finding) return said;
  said["number"] = audit.number;
  said["recorded_at"] = to_string(Stamp{audit.event->at, Seconds{0}});
  if (audit.document)
    said["document"] =
        json::object{{"number", audit.document->number}, {"sha256", audit.document->sha256}};
  return said;
}

std::string words_of(const store::PermitReceipt& receipt, const store::ReceiptAudit& audit) {
  const std::string of =
      receipt.of.due   ? fmt::format("due {}", to_string(Stamp{*receipt.of.due, Seconds{0}}))
      : audit.document ? fmt::format("document {}, SHA-256 {}", printable(audit.document->number),
                                     printable(audit.document->sha256))
                       : std::string("nothing");
  return fmt::format("the receipt is genuine: {}, {}, after event {} of {}",
                     printable(audit.number), of, receipt.event,
                     to_string(Stamp{audit.event->at, Seconds{0}}));
}

json::object as_json(const Walked& walked) {
  const store::AuditReport& report = walked.record;
  json::array findings;
  for (const store::AuditFinding& one : report.findings)
    findings.push_back(
        json::object{{"number", one.number}, {"event", one.sequence}, {"what", one.what}});
  json::object all{{"permits", report.permits}, {"events", report.events}, {"rows", report.rows}};
  if (walked.office_events) all["office_events"] = *walked.office_events;
  if (walked.receipt) all["receipt"] = as_json(*walked.receipt, walked.of_receipt);
  all["findings"] = std::move(findings);
  return all;
}

void write_text(std::ostream& out, const Walked& walked) {
  const store::AuditReport& report = walked.record;
  for (const store::AuditFinding& one : report.findings) out << store::words_of(one) << '\n';
  if (walked.receipt && !walked.of_receipt.finding && walked.of_receipt.event)
    out << words_of(*walked.receipt, walked.of_receipt) << '\n';
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

// The keys that a seal or a receipt may bear: that of --key, else the configured ones.
std::vector<CheckingKey> keys_to_check_by(DatabaseCall& call) {
  if (const auto named = call.given.text("key")) {
    if (auto key = CheckingKey::from_pem(read_small_file(*named)))
      return std::vector<CheckingKey>(1, *key);
    throw Refused(fmt::format("{} holds no Ed25519 key", *named));
  }
  const auto secrets = read_secrets(call.config, configuration_path(call.given, call.terminal));
  if (!secrets) throw Refused(secrets.error().front().to_string());
  std::vector<CheckingKey> keys = office::receipt_keys(*secrets).checking;
  if (keys.empty())
    throw Refused(
        "no seal_key_file is configured, and state_dir shows none: give the public key by --key");
  return keys;
}

std::string ids_of(const std::vector<CheckingKey>& keys) {
  std::vector<std::string> ids;
  for (const CheckingKey& key : keys) ids.push_back(key.id());
  return fmt::format("{}", fmt::join(ids, ", "));
}

// What is wrong with the record as the seal in this file holds it.
pg::Awaitable<void> check_seal(DatabaseCall& call, std::string path,
                               std::vector<store::AuditFinding>& findings) {
  const auto seal = store::parse_seal(read_small_file(path));
  if (!seal) throw Refused(fmt::format("{} is no seal as `tenggat audit seal` prints it", path));
  const std::vector<CheckingKey> keys = keys_to_check_by(call);
  const auto key = std::ranges::find(keys, seal->key, &CheckingKey::id);
  if (key == keys.end())
    throw Refused(
        fmt::format("the seal was made with the key {}, this is {}", seal->key, ids_of(keys)));
  if (!key->verifies(seal->signed_text(), seal->signature)) {
    findings.push_back({"", 0, fmt::format("{}: the signature is not that of the key", path)});
    co_return;
  }
  for (store::AuditFinding& one : co_await store::verify_seal(call.connection, *seal))
    findings.push_back(std::move(one));
}

// As it was shown or scanned: the code alone or its whole address.
store::PermitReceipt receipt_in(std::string_view given) {
  const std::string_view code = given.substr(given.find_last_of('/') + 1);
  auto receipt = store::parse_receipt(code);
  if (!receipt)
    throw Refused(
        fmt::format("`{}` is no receipt's code: it begins with A and stands whole after "
                    "the last slash of the link",
                    printable(std::string(code))));
  return *std::move(receipt);
}

// What is wrong with the record as the receipt holds it, or with the receipt.
pg::Awaitable<void> check_receipt(DatabaseCall& call, Walked& walked) {
  std::vector<store::AuditFinding>& findings = walked.record.findings;
  const std::vector<CheckingKey> keys = keys_to_check_by(call);
  if (!office::is_signed_by(*walked.receipt, keys)) {
    walked.of_receipt.finding = {
        "", 0, fmt::format("the receipt is not signed by the key {}", ids_of(keys))};
  } else {
    store::PermitReceipt receipt = *walked.receipt;
    walked.of_receipt = co_await store::verify_receipt(call.connection, std::move(receipt));
  }
  if (walked.of_receipt.finding) findings.push_back(*walked.of_receipt.finding);
}

// Of one permit, where one is named or a receipt is of one; else of all: 0.
pg::Awaitable<std::int64_t> permit_to_verify(DatabaseCall& call,
                                             std::optional<store::PermitReceipt> receipt) {
  const auto named = call.given.argument(0);
  if (!named) co_return receipt ? receipt->permit : 0;
  const std::int64_t id = co_await find_permit(call, *named);
  if (receipt && receipt->permit != id)
    throw Refused(
        fmt::format("the receipt is of permit {}, not of {}", receipt->permit, printable(*named)));
  co_return id;
}

pg::Awaitable<int> verify(DatabaseCall& call) {
  Walked walked;
  if (const auto code = call.given.text("receipt")) walked.receipt = receipt_in(*code);
  const auto office = co_await read_office(call);
  office::RulesOfRecord rules(office->rulebook);
  store::AuditOptions options;
  options.derivation = &rules;
  std::optional<store::PermitReceipt> receipt = walked.receipt;
  options.permit = co_await permit_to_verify(call, std::move(receipt));
  Progress progress(call.terminal, "permits");
  options.on_progress = [&](std::int64_t done, std::int64_t all) { progress.show(done, all); };
  walked.record = co_await store::verify_record(call.connection, options);
  progress.end();
  std::vector<store::AuditFinding>& findings = walked.record.findings;
  if (options.permit == 0) {
    const store::OfficeAudit of_office = co_await store::verify_office_chain(call.connection);
    walked.office_events = of_office.events;
    if (of_office.broken) findings.push_back(*of_office.broken);
  }
  if (const auto path = call.given.text("seal")) co_await check_seal(call, *path, findings);
  if (walked.receipt) co_await check_receipt(call, walked);
  if (call.given.has("json"))
    write_json(call.terminal.out, as_json(walked));
  else
    write_text(call.terminal.out, walked);
  co_return findings.empty() ? kOk : kRefused;
}

// `page` is what is signed and kept; the rest are its lines.
json::object as_json(const store::Seal& seal) {
  return {{"number", seal.number},
          {"at", to_string(Stamp{seal.at, Seconds{0}})},
          {"chains", seal.chains},
          {"root", seal.root},
          {"previous", seal.previous},
          {"key", seal.key},
          {"signature", notify::base64(seal.signature)},
          {"page", seal.page()}};
}

pg::Awaitable<int> seal(DatabaseCall& call) {
  std::optional<std::int64_t> number;
  if (call.given.argument(0)) number = id_argument(call.given, 0);
  const auto found = co_await store::find_seal(call.connection, number);
  if (!found)
    throw Refused(number
                      ? fmt::format("there is no seal {}", *number)
                      : std::string("the record was never sealed: the daemon does it once a day"));
  if (call.given.has("json"))
    write_json(call.terminal.out, as_json(*found));
  else
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
        {"receipt", "CODE",
         "and that the permit's events up to this receipt are as they were; or its link"},
        {"key", "FILE", "the public key that seal or receipt must bear, PEM; else seal_key_file's"},
        kConfigOption,
        kJsonOption},
       "checks the record of one permit, or of all, and names where it is first broken",
       "PERMIT is an id or a number. The chain of events is walked, the permit's rows are built\n"
       "again from it and laid beside those that are there; of all permits also: that none is\n"
       "missing whose number was given, and the office's own chain. A receipt is of one permit, "
       "whose\n"
       "record alone is checked then.",
       run_verify},
      {"audit seal",
       {{"NUMBER", false}},
       {kConfigOption, kJsonOption},
       "prints the last seal of the record, or that of a number: to be kept out of the house",
       "The daemon seals once a day and when it stops. openssl alone can check the signature:\n"
       "docs/record.md says how. With --json, what is to be kept is `page`.",
       run_seal}};
}

}  // namespace tenggat::cli
