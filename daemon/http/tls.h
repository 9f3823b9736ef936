// What the public listener speaks TLS with. Asio's and OpenSSL's headers stay in tls.cpp and
// server.cpp.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace tenggat::http {

// Made anew at each reload; connections keep the one they began with.
using TlsContext = std::shared_ptr<boost::asio::ssl::context>;

// From PEM texts: the certificate with those of its issuers behind it, and its key. TLS 1.2 and
// later. Throws std::runtime_error that says what is wrong and quotes nothing of the key.
TlsContext make_tls_context(const std::string& certificate_chain, const std::string& key);

// When the first certificate of the chain ends, in Unix seconds.
std::int64_t not_after(const TlsContext& context);

}  // namespace tenggat::http
