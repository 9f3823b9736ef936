#include "daemon/http/tls.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/ssl/context.hpp>
#include <ctime>
#include <stdexcept>

namespace tenggat::http {
namespace {

namespace asio = boost::asio;

// Forward secrecy and AEAD only; TLS 1.3's own suites are all of that kind.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

// The one protocol we speak, for clients that ask.
int choose_http11(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                  const unsigned char* offered, unsigned int offered_length, void*) {
  // Static: OpenSSL reads what we chose after we have returned.
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_length, kOurs, sizeof kOurs - 1, offered,
                            offered_length) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

TlsContext make_tls_context(const std::string& certificate_chain, const std::string& key) {
  const auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  context->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                       asio::ssl::context::no_compression);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_alpn_select_cb(native, choose_http11, nullptr);
  if (SSL_CTX_set_cipher_list(native, kCiphers) != 1)
    throw std::runtime_error("this OpenSSL has none of the ciphers we offer");
  boost::system::error_code wrong;
  context->use_certificate_chain(asio::buffer(certificate_chain), wrong);
  if (wrong) throw std::runtime_error("the certificate is no PEM text: " + wrong.message());
  context->use_private_key(asio::buffer(key), asio::ssl::context::pem, wrong);
  if (wrong)
    throw std::runtime_error("the key is no unencrypted PEM text, or of another certificate: " +
                             wrong.message());
  if (SSL_CTX_check_private_key(native) != 1)
    throw std::runtime_error("the key is of another certificate");
  return context;
}

std::int64_t not_after(const TlsContext& context) {
  SSL_CTX* native = context->native_handle();
  const auto ends = [](const X509* certificate) {
    std::tm at{};
    ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &at);
    return static_cast<std::int64_t>(::timegm(&at));
  };
  std::int64_t first = ends(SSL_CTX_get0_certificate(native));
  STACK_OF(X509)* issuers = nullptr;
  SSL_CTX_get0_chain_certs(native, &issuers);
  for (int i = 0; i < sk_X509_num(issuers); ++i)
    first = std::min(first, ends(sk_X509_value(issuers, i)));
  return first;
}

}  // namespace tenggat::http
