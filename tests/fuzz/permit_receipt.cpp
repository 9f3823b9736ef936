// The code of a receipt, as anybody may type it behind /cek/.
#include "daemon/office/permit_receipts.h"
#include "tests/fuzz/check.h"

namespace tenggat {
namespace {

using fuzz::check;

void check_code(std::string_view code) {
  const auto receipt = store::parse_receipt(code);
  check(!office::known_receipt(code, {}), "nobody signed it");
  if (!receipt) return;
  check(receipt->code() == code, "a code is written in one way");
  check(receipt->permit > 0 && receipt->event > 0, "and is of something");
  check(receipt->signed_text().ends_with('\n'), "that can be said");
}

}  // namespace
}  // namespace tenggat

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  tenggat::check_code({reinterpret_cast<const char*>(data), size});
  return 0;
}
