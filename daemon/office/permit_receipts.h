// What a permit's receipt says (store/permit_receipt.h), and how one stands that was given before.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/signing.h"
#include "daemon/store/permit_receipt.h"
#include "rules/permit/transition.h"

namespace tenggat {
struct Secrets;
}

namespace tenggat::office {

struct ReceiptKeys {
  std::optional<SigningKey> signing;  // none: no receipts are given
  std::vector<CheckingKey> checking;  // of those that were given: of `signing`, and of keys before
};
ReceiptKeys receipt_keys(const Secrets& secrets);

// Whether one of the keys signed it.
bool is_signed_by(const store::PermitReceipt& receipt, const std::vector<CheckingKey>& keys);
// A receipt that one of the keys signed. The database is not asked: what is made up costs it
// nothing.
std::optional<store::PermitReceipt> known_receipt(std::string_view code,
                                                  const std::vector<CheckingKey>& keys);

// The document that the service numbers, once it is signed, and that is in force; null: none.
const Document* decree_in_force(const Permit& permit, const Sop& sop);
// Whether a step or an action brings this kind of document with a number.
bool is_numbered(const Sop& sop, const std::string& kind);

// What there is to give a receipt of, as the permit is known outside (as_decided): the document in
// force, else the date by which the service is due. Nothing before the date is set, while the clock
// stands, and where the permit has ended without a document.
std::optional<store::ReceiptOf> receipt_of(const Permit& as_decided, const Context& context);

// Empty where there is nothing to give one of, or no key to sign it by.
std::string receipt_link(const store::StoredPermit& stored, const Context& context,
                         const ReceiptKeys& keys, const std::string& public_url);
std::string receipt_link(std::string_view code, const std::string& public_url);

enum class ReceiptStanding {
  in_force,
  due_moved,     // the service is due at another time
  clock_stands,  // when it is due is not known now
  replaced,      // the document was, or is in force no longer
  ended,         // without a document
};
ReceiptStanding standing_of(const store::ReceiptOf& of, const Permit& as_decided,
                            const Context& context);

}  // namespace tenggat::office
