// What a certificate in PEM says of itself, and whether a key is its key.
#pragma once
#include <optional>
#include <string>

#include "rules/time.h"

namespace tenggat {

struct CertificateFacts {
  Instant not_before{}, not_after{};
  bool fits_key = false;
  bool names_host = false;
};
// Of the first certificate of the chain. Nothing where one of the two texts is none.
std::optional<CertificateFacts> certificate_facts(const std::string& chain, const std::string& key,
                                                  const std::string& host);

}  // namespace tenggat
