#include "jose/asymmetric_key.hpp"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <array>
#include <stdexcept>

#include "crypto/openssl.hpp"
#include "crypto/pem.hpp"
#include "jose/ecdsa_signature.hpp"

namespace gatehouse::jose {

// Invariants. A key's kind decides its algorithm, once, when it is read; nothing in a token can change it (RFC 8725
// section 3.1). A key that was accepted has a sound public part, so OpenSSL meets no odd numbers later. The EVP_PKEY is
// never changed after that: threads share it, and each call makes a context of its own.

namespace {

constexpr int rsa_bits_min = 2048;
constexpr int rsa_bits_max = static_cast<int>(jws_signature_bytes_max) * 8;

using PemReader = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

std::shared_ptr<EVP_PKEY> read_key(std::string_view pem, PemReader read) {
  std::shared_ptr<EVP_PKEY> pkey = crypto::read_pem<EVP_PKEY, EVP_PKEY_free>(pem, read);
  if (!pkey) throw std::invalid_argument("the PEM text has no readable key of the expected kind");
  return pkey;
}

bool is_on_p256(const EVP_PKEY* pkey) {
  std::array<char, 64> name{};
  std::size_t length = 0;
  const int found = EVP_PKEY_get_group_name(pkey, name.data(), name.size(), &length);
  ERR_clear_error();
  return found == 1 && std::string_view{name.data(), length} == SN_X9_62_prime256v1;
}

JwsAlgorithm pinned_algorithm(const EVP_PKEY* pkey) {
  if (EVP_PKEY_is_a(pkey, "RSA") == 1) {
    // RFC 7518 section 3.3 asks for 2048; the upper bound keeps a signature within its buffer.
    const int bits = EVP_PKEY_get_bits(pkey);
    if (bits < rsa_bits_min || bits > rsa_bits_max) throw std::invalid_argument("an RSA key needs 2048 to 8192 bits");
    return JwsAlgorithm::rs256;
  }
  if (EVP_PKEY_is_a(pkey, "EC") == 1) {
    if (!is_on_p256(pkey)) throw std::invalid_argument("an EC key must be on the curve P-256");
    return JwsAlgorithm::es256;
  }
  if (EVP_PKEY_is_a(pkey, "ED25519") == 1) return JwsAlgorithm::eddsa;
  throw std::invalid_argument("the key must be RSA, EC on P-256 or Ed25519");
}

/// Refuses points off the curve, an exponent of 1 and the like.
void require_sound(EVP_PKEY* pkey) {
  const auto context =
      crypto::require_object<crypto::PublicKeyContext>(EVP_PKEY_CTX_new(pkey, nullptr), "create a key context");
  const int sound = EVP_PKEY_public_check(context.get());
  ERR_clear_error();
  if (sound != 1) throw std::invalid_argument("the key's numbers do not make a valid key");
}

/// Refuses the private half of another key: nobody could verify what it signs.
void require_pair(EVP_PKEY* pkey) {
  const auto context =
      crypto::require_object<crypto::PublicKeyContext>(EVP_PKEY_CTX_new(pkey, nullptr), "create a key context");
  const int fits = EVP_PKEY_pairwise_check(context.get());
  ERR_clear_error();
  if (fits != 1) throw std::invalid_argument("the key's private half does not belong to its public half");
}

std::string kid_of(const AsymmetricKey& key, std::optional<std::string> given) {
  if (given) return *std::move(given);
  // From the public part, so that whoever has only that derives the same name.
  const int length = i2d_PUBKEY(key.pkey.get(), nullptr);
  crypto::require_openssl(length > 0 ? 1 : 0, "encode a public key");
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  crypto::require_openssl(i2d_PUBKEY(key.pkey.get(), &to) == length ? 1 : 0, "encode a public key");
  return fingerprint(der);
}

/// Ed25519 brings its own digest; the other two sign SHA-256.
const char* digest_name(JwsAlgorithm algorithm) { return algorithm == JwsAlgorithm::eddsa ? nullptr : "SHA256"; }

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

bool check_signature(const AsymmetricKey& key, std::string_view message, std::string_view signature) {
  std::string der;
  // JWS concatenates the two numbers (RFC 7518 section 3.4); OpenSSL wants them as DER.
  if (key.algorithm == JwsAlgorithm::es256) {
    const auto encoded = ecdsa_signature_to_der(signature);
    if (!encoded) return false;
    der = *encoded;
    signature = der;
  }
  const auto context = crypto::require_object<crypto::DigestContext>(EVP_MD_CTX_new(), "create a digest");
  crypto::require_openssl(EVP_DigestVerifyInit_ex(context.get(), nullptr, digest_name(key.algorithm), nullptr, nullptr,
                                                  key.pkey.get(), nullptr),
                          "start a verification");
  const int answer =
      EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size());
  // A refused signature leaves errors behind, which TLS on this thread would take for its own.
  ERR_clear_error();
  // 0 means a wrong signature, less than 0 one that cannot even be read; to a caller both are the same.
  return answer == 1;
}

std::string make_signature(const AsymmetricKey& key, std::string_view message) {
  const auto context = crypto::require_object<crypto::DigestContext>(EVP_MD_CTX_new(), "create a digest");
  crypto::require_openssl(EVP_DigestSignInit_ex(context.get(), nullptr, digest_name(key.algorithm), nullptr, nullptr,
                                                key.pkey.get(), nullptr),
                          "start a signature");
  // Large enough for any key's signature, which saves a first call that only asks for the length.
  std::string signature(jws_signature_bytes_max, '\0');
  std::size_t length = signature.size();
  crypto::require_openssl(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                                         octets(message), message.size()),
                          "sign");
  signature.resize(length);
  return key.algorithm == JwsAlgorithm::es256 ? ecdsa_signature_from_der(signature) : signature;
}

EVP_PKEY* generate(JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::rs256:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", rsa_bits_generated);
    case JwsAlgorithm::es256:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", SN_X9_62_prime256v1);
    case JwsAlgorithm::eddsa:
      return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    case JwsAlgorithm::hs256:
      break;
  }
  throw std::invalid_argument("a secret is not a pair of keys");
}

std::string_view text_in(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

AsymmetricKey accept_key(std::shared_ptr<EVP_PKEY> pkey) {
  const JwsAlgorithm algorithm = pinned_algorithm(pkey.get());
  require_sound(pkey.get());
  return {.pkey = std::move(pkey), .algorithm = algorithm};
}

AsymmetricKey read_private_pem(std::string_view pem) {
  AsymmetricKey key = accept_key(read_key(pem, PEM_read_bio_PrivateKey));
  require_pair(key.pkey.get());
  return key;
}

AsymmetricKey generate_key(JwsAlgorithm algorithm) {
  return accept_key(crypto::require_object<crypto::KeyPair>(generate(algorithm), "generate a key"));
}

SecretString private_pem(const AsymmetricKey& key) {
  // Its buffer is wiped when it is freed.
  const auto bio = crypto::require_object<crypto::MemoryBio>(BIO_new(BIO_s_secmem()), "create a buffer");
  crypto::require_openssl(
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key.pkey.get(), nullptr, nullptr, 0, nullptr, nullptr),
      "write a private key");
  return SecretString{text_in(bio.get())};
}

PublicKey::PublicKey(std::string_view pem, std::optional<std::string> kid)
    : PublicKey(accept_key(read_key(pem, PEM_read_bio_PUBKEY)), std::move(kid)) {}

PublicKey::PublicKey(AsymmetricKey key, std::optional<std::string> kid)
    : VerifyingKey(key.algorithm, kid_of(key, std::move(kid))), key_(std::move(key)) {}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  return check_signature(key_, message, signature);
}

PrivateKey::PrivateKey(std::string_view pem, std::optional<std::string> kid)
    : PrivateKey(read_private_pem(pem), std::move(kid)) {}

PrivateKey::PrivateKey(AsymmetricKey key, std::optional<std::string> kid)
    : SigningKey(key.algorithm, kid_of(key, std::move(kid))), key_(std::move(key)) {}

bool PrivateKey::verifies(std::string_view message, std::string_view signature) const {
  return check_signature(key_, message, signature);
}

void PrivateKey::append_signature(std::string& out, std::string_view message) const {
  out += make_signature(key_, message);
}

std::string PrivateKey::public_pem() const {
  const auto bio = crypto::require_object<crypto::MemoryBio>(BIO_new(BIO_s_mem()), "create a buffer");
  crypto::require_openssl(PEM_write_bio_PUBKEY(bio.get(), key_.pkey.get()), "write a public key");
  return std::string{text_in(bio.get())};
}

}  // namespace gatehouse::jose
