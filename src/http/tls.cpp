#include "http/tls.hpp"

#include <openssl/ssl.h>

#include <stdexcept>
#include <string_view>

namespace gatehouse::http {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::string_view http_1_1 = "\x08http/1.1";
constexpr const char* ciphers_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                    unsigned offered_length, void*) {
  unsigned char* chosen = nullptr;
  const int verdict =
      SSL_select_next_proto(&chosen, out_length, reinterpret_cast<const unsigned char*>(http_1_1.data()),
                            static_cast<unsigned>(http_1_1.size()), offered, offered_length);
  *out = chosen;
  return verdict == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void check(const boost::system::error_code& ec, std::string_view setting, const std::string& path) {
  if (ec) throw std::runtime_error(std::string{setting} + ": cannot use " + path + ": " + ec.message());
}

}  // namespace

ssl::context make_tls_context(const std::string& certificate_path, const std::string& key_path) {
  ssl::context context(ssl::context::tls_server);
  SSL_CTX* native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CLEANSE_PLAINTEXT);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(native, ciphers_tls_1_2) != 1) throw std::runtime_error("TLS: no usable cipher suite");
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);

  // Without this OpenSSL would ask for a passphrase on the terminal.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string{}; });
  boost::system::error_code ec;
  context.use_certificate_chain_file(certificate_path, ec);
  check(ec, "TLS_CERT", certificate_path);
  context.use_private_key_file(key_path, ssl::context::pem, ec);
  check(ec, "TLS_KEY", key_path);
  if (SSL_CTX_check_private_key(native) != 1) {
    throw std::runtime_error("TLS_KEY: " + key_path + " does not belong to the certificate in " + certificate_path);
  }
  return context;
}

}  // namespace gatehouse::http
