#include "daemon/base/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

namespace tenggat {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

std::unique_ptr<BIO, Free> memory_of(const std::string& text) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Instant instant_of(const ASN1_TIME* time) {
  std::tm civil{};
  if (ASN1_TIME_to_tm(time, &civil) != 1) return {};
  return Instant{std::chrono::seconds{::timegm(&civil)}};
}

}  // namespace

std::optional<CertificateFacts> certificate_facts(const std::string& chain, const std::string& key,
                                                  const std::string& host) {
  const auto chain_text = memory_of(chain), key_text = memory_of(key);
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(chain_text.get(), nullptr, nullptr, nullptr));
  const std::unique_ptr<EVP_PKEY, Free> own(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!certificate || !own) return std::nullopt;
  CertificateFacts facts;
  facts.not_before = instant_of(X509_get0_notBefore(certificate.get()));
  facts.not_after = instant_of(X509_get0_notAfter(certificate.get()));
  facts.fits_key = X509_check_private_key(certificate.get(), own.get()) == 1;
  facts.names_host = X509_check_host(certificate.get(), host.data(), host.size(), 0, nullptr) == 1;
  return facts;
}

}  // namespace tenggat
