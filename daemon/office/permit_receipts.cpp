#include "daemon/office/permit_receipts.h"

#include <algorithm>

#include "daemon/base/secrets.h"
#include "rules/permit/ledger.h"

namespace tenggat::office {
namespace {

bool ended_without_document(const Permit& permit) {
  return is_terminal(permit.state) && permit.state != PermitState::issued;
}

std::optional<Instant> due_of(const Permit& permit, const Context& context) {
  return case_sla(permit, context.sop, context.calendar, context.now).due_at;
}

}  // namespace

ReceiptKeys receipt_keys(const Secrets& secrets) {
  ReceiptKeys keys;
  keys.signing = SigningKey::from_pem(secrets.seal_key);
  if (auto own = CheckingKey::from_pem(secrets.seal_key)) keys.checking.push_back(*std::move(own));
  for (const std::string& pem : secrets.former_seal_keys)
    if (auto former = CheckingKey::from_pem(pem)) keys.checking.push_back(*std::move(former));
  return keys;
}

bool is_signed_by(const store::PermitReceipt& receipt, const std::vector<CheckingKey>& keys) {
  const std::string text = receipt.signed_text();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const CheckingKey& key) { return key.verifies(text, receipt.signature); });
}

std::optional<store::PermitReceipt> known_receipt(std::string_view code,
                                                  const std::vector<CheckingKey>& keys) {
  auto receipt = store::parse_receipt(code);
  if (!receipt || !is_signed_by(*receipt, keys)) return std::nullopt;
  return receipt;
}

bool is_numbered(const Sop& sop, const std::string& kind) {
  const auto numbers = [&kind](const std::vector<Output>& outputs) {
    return std::any_of(outputs.begin(), outputs.end(), [&](const Output& output) {
      return output.numbered && output.kind == kind;
    });
  };
  return std::any_of(sop.steps.begin(), sop.steps.end(), [&](const Step& step) {
    return numbers(step.outputs) ||
           std::any_of(step.actions.begin(), step.actions.end(),
                       [&](const ActionRule& action) { return numbers(action.outputs); });
  });
}

const Document* decree_in_force(const Permit& permit, const Sop& sop) {
  if (permit.signings == 0 || permit.outcome == Outcome::refusal) return nullptr;
  const Document* found = nullptr;
  for (const Document& document : permit.documents)
    if (document.counts() && document.file && !document.number.empty() &&
        is_numbered(sop, document.kind))
      found = &document;
  return found;
}

std::optional<store::ReceiptOf> receipt_of(const Permit& permit, const Context& context) {
  store::ReceiptOf of;
  if (const Document* decree = decree_in_force(permit, context.sop)) {
    of.document = decree->id;
    return of;
  }
  if (!ended_without_document(permit)) of.due = due_of(permit, context);
  if (!of.due) return std::nullopt;
  return of;
}

std::string receipt_link(const store::StoredPermit& stored, const Context& context,
                         const ReceiptKeys& keys, const std::string& public_url) {
  if (!keys.signing) return "";
  const auto of = receipt_of(as_decided(stored.permit, context), context);
  if (!of) return "";
  const store::Sign sign = [&](std::string_view text) { return keys.signing->sign(text); };
  return receipt_link(store::give_receipt(stored, *of, sign).code(), public_url);
}

std::string receipt_link(std::string_view code, const std::string& public_url) {
  return public_url + "/cek/" + std::string(code);
}

ReceiptStanding standing_of(const store::ReceiptOf& of, const Permit& permit,
                            const Context& context) {
  if (of.document != 0) {
    const auto found = std::ranges::find(permit.documents, of.document, &Document::id);
    return found != permit.documents.end() && found->counts() ? ReceiptStanding::in_force
                                                              : ReceiptStanding::replaced;
  }
  if (ended_without_document(permit)) return ReceiptStanding::ended;
  const std::optional<Instant> due = due_of(permit, context);
  if (!due) return ReceiptStanding::clock_stands;
  return due == of.due ? ReceiptStanding::in_force : ReceiptStanding::due_moved;
}

}  // namespace tenggat::office
