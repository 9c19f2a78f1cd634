#include "unit/jose/jwk.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <array>
#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/base64url.hpp"
#include "support/test_keys.hpp"
#include "support/vectors.hpp"

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

enum class Half { public_half, private_half };

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

const unsigned char* octets(const std::string& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string decoded(const boost::json::value& jwk, std::string_view member) {
  auto bytes = from_base64url(text_of(jwk, member));
  if (!bytes) throw std::invalid_argument("a JWK member is not base64url");
  return *bytes;
}

/// Collects OpenSSL's parameters for one key and owns their numbers until the key is made.
class KeyParameters {
 public:
  KeyParameters() : builder_(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free) {}

  void number(const char* name, const std::string& bytes) {
    numbers_.emplace_back(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr), BN_free);
    OSSL_PARAM_BLD_push_BN(builder_.get(), name, numbers_.back().get());
  }
  void text(const char* name, std::string value) {
    texts_.push_back(std::move(value));
    OSSL_PARAM_BLD_push_utf8_string(builder_.get(), name, texts_.back().c_str(), 0);
  }
  void bytes(const char* name, std::string value) {
    texts_.push_back(std::move(value));
    OSSL_PARAM_BLD_push_octet_string(builder_.get(), name, texts_.back().data(), texts_.back().size());
  }

  Pkey make(const char* kind, Half half) {
    const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters{OSSL_PARAM_BLD_to_param(builder_.get()),
                                                                             OSSL_PARAM_free};
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context{
        EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr), EVP_PKEY_CTX_free};
    EVP_PKEY* made = nullptr;
    const int selection = half == Half::private_half ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
    if (EVP_PKEY_fromdata_init(context.get()) == 1) {
      EVP_PKEY_fromdata(context.get(), &made, selection, parameters.get());
    }
    ERR_clear_error();
    return {made, EVP_PKEY_free};
  }

 private:
  std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> builder_;
  std::vector<Number> numbers_;
  std::deque<std::string> texts_;  ///< stay where they are: the builder keeps pointers
};

Pkey make_rsa(const boost::json::value& jwk, Half half) {
  static constexpr std::array<std::pair<const char*, std::string_view>, 6> private_members{
      {{OSSL_PKEY_PARAM_RSA_D, "d"},
       {OSSL_PKEY_PARAM_RSA_FACTOR1, "p"},
       {OSSL_PKEY_PARAM_RSA_FACTOR2, "q"},
       {OSSL_PKEY_PARAM_RSA_EXPONENT1, "dp"},
       {OSSL_PKEY_PARAM_RSA_EXPONENT2, "dq"},
       {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, "qi"}}};
  KeyParameters parameters;
  parameters.number(OSSL_PKEY_PARAM_RSA_N, decoded(jwk, "n"));
  parameters.number(OSSL_PKEY_PARAM_RSA_E, decoded(jwk, "e"));
  if (half == Half::private_half) {
    for (const auto& [name, member] : private_members) parameters.number(name, decoded(jwk, member));
  }
  return parameters.make("RSA", half);
}

Pkey make_ec(const boost::json::value& jwk, Half half) {
  KeyParameters parameters;
  parameters.text(OSSL_PKEY_PARAM_GROUP_NAME, text_of(jwk, "crv"));
  parameters.bytes(OSSL_PKEY_PARAM_PUB_KEY, "\x04" + decoded(jwk, "x") + decoded(jwk, "y"));
  if (half == Half::private_half) parameters.number(OSSL_PKEY_PARAM_PRIV_KEY, decoded(jwk, "d"));
  return parameters.make("EC", half);
}

Pkey make_ed25519(const boost::json::value& jwk, Half half) {
  if (half == Half::private_half) {
    const std::string d = decoded(jwk, "d");
    return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(d), d.size()), EVP_PKEY_free};
  }
  const std::string x = decoded(jwk, "x");
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets(x), x.size()), EVP_PKEY_free};
}

Pkey make_key(const boost::json::value& jwk, Half half) {
  const std::string kind = text_of(jwk, "kty");
  if (kind == "RSA") return make_rsa(jwk, half);
  if (kind == "EC") return make_ec(jwk, half);
  if (kind == "OKP") return make_ed25519(jwk, half);
  throw std::invalid_argument("a JWK of another kind");
}

}  // namespace

std::optional<std::string> public_pem_of(const boost::json::value& jwk) {
  const Pkey pkey = make_key(jwk, Half::public_half);
  if (!pkey) return std::nullopt;
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio{BIO_new(BIO_s_mem()), BIO_free_all};
  if (PEM_write_bio_PUBKEY(bio.get(), pkey.get()) != 1) throw std::runtime_error("cannot write a public key");
  return pem_text(bio.get());
}

std::optional<std::string> private_pem_of(const boost::json::value& jwk) {
  Pkey pkey = make_key(jwk, Half::private_half);
  if (!pkey) return std::nullopt;
  return to_pem(pkey.release()).private_key;
}

}  // namespace gatehouse::jose
