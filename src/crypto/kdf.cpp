#include "crypto/kdf.hpp"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {
namespace {

/// OpenSSL's parameters are not const, though it only reads them.
OSSL_PARAM octets_parameter(const char* name, std::string_view bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(bytes.data()), bytes.size());
}

}  // namespace

void hkdf_sha256(const HkdfInput& input, std::span<std::byte> out) {
  if (out.empty() || out.size() > hkdf_bytes_max) throw std::invalid_argument("HKDF-SHA256 gives 1 to 8160 bytes");
  const auto kdf = require_object<Kdf>(EVP_KDF_fetch(nullptr, "HKDF", nullptr), "fetch HKDF");
  const auto context = require_object<KdfContext>(EVP_KDF_CTX_new(kdf.get()), "create an HKDF context");

  // OpenSSL 3.0 refuses a null pointer even if the length is zero.
  static constexpr std::string_view nothing{"", 0};
  std::array<char, 7> digest{"SHA256"};
  const std::array<OSSL_PARAM, 5> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size() - 1),
      octets_parameter(OSSL_KDF_PARAM_KEY, input.secret.empty() ? nothing : input.secret),
      octets_parameter(OSSL_KDF_PARAM_SALT, input.salt.empty() ? nothing : input.salt),
      octets_parameter(OSSL_KDF_PARAM_INFO, input.info.empty() ? nothing : input.info), OSSL_PARAM_construct_end()};
  require_openssl(
      EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(), parameters.data()),
      "derive with HKDF-SHA256");
}

void derive_key(std::string_view secret, std::string_view info, std::span<std::byte> out) {
  hkdf_sha256({.secret = secret, .salt = {}, .info = info}, out);
}

}  // namespace gatehouse::crypto
