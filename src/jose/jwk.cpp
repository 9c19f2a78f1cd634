#include "jose/jwk.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/base64url.hpp"
#include "crypto/openssl.hpp"
#include "crypto/sha256.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace gatehouse::jose {
namespace {

using Number = crypto::OpensslPointer<BIGNUM, BN_free>;
using Builder = crypto::OpensslPointer<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using KeyParameters = crypto::OpensslPointer<OSSL_PARAM, OSSL_PARAM_free>;

constexpr std::size_t p256_coordinate_bytes = 32;
constexpr std::size_t ed25519_bytes = 32;
/// The numbers of an RSA key of 8192 bits take 1366 characters.
constexpr json::Limits jwk_limits{
    .members_max = 16, .list_entries_max = 16, .name_bytes_max = 64, .text_bytes_max = 2048, .depth_max = 2};

/// The members that make the key, ordered by name (RFC 7638 section 3.3), without `kty`, which comes after the first.
struct Members {
  using Member = std::pair<std::string_view, std::string>;

  std::string_view kind;
  std::vector<Member> others;
};

/// Big-endian, at least `bytes_min` bytes, in base64url.
std::string number_of(const EVP_PKEY* pkey, const char* name, std::size_t bytes_min = 1) {
  BIGNUM* found = nullptr;
  crypto::require_openssl(EVP_PKEY_get_bn_param(pkey, name, &found), "read a number of a key");
  const Number number{found};
  std::string bytes(std::max(static_cast<std::size_t>(BN_num_bytes(number.get())), bytes_min), '\0');
  const int length = static_cast<int>(bytes.size());
  const bool is_written = BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()), length) == length;
  crypto::require_openssl(is_written ? 1 : 0, "write a number of a key");
  return to_base64url(bytes);
}

std::string ed25519_point(const EVP_PKEY* pkey) {
  std::array<unsigned char, ed25519_bytes> point;
  std::size_t length = point.size();
  crypto::require_openssl(EVP_PKEY_get_raw_public_key(pkey, point.data(), &length), "read a public key");
  return to_base64url({reinterpret_cast<const char*>(point.data()), length});
}

Members members_of(const AsymmetricKey& key) {
  const EVP_PKEY* pkey = key.pkey.get();
  switch (key.algorithm) {
    case JwsAlgorithm::rs256:
      return {"RSA", {{"e", number_of(pkey, OSSL_PKEY_PARAM_RSA_E)}, {"n", number_of(pkey, OSSL_PKEY_PARAM_RSA_N)}}};
    case JwsAlgorithm::es256:
      return {"EC",
              {{"crv", "P-256"},
               {"x", number_of(pkey, OSSL_PKEY_PARAM_EC_PUB_X, p256_coordinate_bytes)},
               {"y", number_of(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, p256_coordinate_bytes)}}};
    case JwsAlgorithm::eddsa:
      return {"OKP", {{"crv", "Ed25519"}, {"x", ed25519_point(pkey)}}};
    case JwsAlgorithm::hs256:
      break;
  }
  throw std::invalid_argument("a secret has no public half");
}

/// The json::Sink of a JWK: keeps the members that are texts.
class JwkReader {
 public:
  bool on_name(std::string_view name) {
    name_ = name;
    return true;
  }
  bool on_value(const json::Scalar& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) texts_.emplace_back(name_, *text);
    return true;
  }
  static bool on_list() { return true; }
  static bool on_entry(const json::Scalar& /*ignored*/) { return true; }
  static bool on_fault(json::Fault /*any*/) { return false; }

  [[nodiscard]] std::string_view text(std::string_view name) const {
    for (const auto& [known, text] : texts_) {
      if (known == name) return text;
    }
    return {};
  }
  /// The bytes of a member in base64url.
  [[nodiscard]] std::string bytes(std::string_view name) const {
    auto decoded = from_base64url(text(name));
    if (!decoded || decoded->empty()) throw std::invalid_argument("a member of the JWK is missing or not base64url");
    return *std::move(decoded);
  }

 private:
  std::string name_;
  std::vector<std::pair<std::string, std::string>> texts_;
};

Number number_from(const std::string& bytes) {
  return crypto::require_object<Number>(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr),
      "read a number");
}

Builder new_builder() { return crypto::require_object<Builder>(OSSL_PARAM_BLD_new(), "describe a key"); }

/// Null if OpenSSL finds no key in it. Whatever the builder refers to must still exist.
crypto::KeyPair build_public_key(const char* kind, const Builder& builder) {
  const auto parameters =
      crypto::require_object<KeyParameters>(OSSL_PARAM_BLD_to_param(builder.get()), "describe a key");
  const auto context = crypto::require_object<crypto::PublicKeyContext>(
      EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr), "create a key context");
  crypto::require_openssl(EVP_PKEY_fromdata_init(context.get()), "read a key");
  EVP_PKEY* made = nullptr;
  EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get());
  ERR_clear_error();
  return crypto::KeyPair{made};
}

crypto::KeyPair read_rsa(const JwkReader& jwk) {
  const Number n = number_from(jwk.bytes("n"));
  const Number e = number_from(jwk.bytes("e"));
  const Builder builder = new_builder();
  crypto::require_openssl(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()), "describe a key");
  crypto::require_openssl(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()), "describe a key");
  return build_public_key("RSA", builder);
}

crypto::KeyPair read_ec(const JwkReader& jwk) {
  // An uncompressed point (SEC 1 section 2.3.3).
  const std::string point = '\x04' + jwk.bytes("x") + jwk.bytes("y");
  if (jwk.text("crv") != "P-256" || point.size() != 1 + 2 * p256_coordinate_bytes) return nullptr;
  const Builder builder = new_builder();
  crypto::require_openssl(
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, SN_X9_62_prime256v1, 0),
      "describe a key");
  crypto::require_openssl(
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      "describe a key");
  return build_public_key("EC", builder);
}

crypto::KeyPair read_ed25519(const JwkReader& jwk) {
  const std::string point = jwk.bytes("x");
  if (jwk.text("crv") != "Ed25519") return nullptr;
  crypto::KeyPair pkey{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                   reinterpret_cast<const unsigned char*>(point.data()), point.size())};
  ERR_clear_error();
  return pkey;
}

crypto::KeyPair read_key(const JwkReader& jwk) {
  const std::string_view kind = jwk.text("kty");
  if (kind == "RSA") return read_rsa(jwk);
  if (kind == "EC") return read_ec(jwk);
  if (kind == "OKP") return read_ed25519(jwk);
  return nullptr;
}

}  // namespace

std::string public_jwk(const AsymmetricKey& key, std::string_view kid) {
  const Members members = members_of(key);
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("kty", members.kind);
  for (const auto& [name, value] : members.others) writer.member(name, value);
  writer.member("use", "sig").member("alg", to_text(key.algorithm)).member("kid", kid).end_object();
  return json;
}

std::string thumbprint(const AsymmetricKey& key) {
  const Members members = members_of(key);
  std::string json;
  json::Writer writer{json};
  writer.begin_object();
  bool has_kind = false;
  for (const auto& [name, value] : members.others) {
    writer.member(name, value);
    if (!std::exchange(has_kind, true)) writer.member("kty", members.kind);
  }
  writer.end_object();
  return to_base64url(crypto::sha256(json));
}

AsymmetricKey read_public_jwk(std::string_view json) {
  JwkReader jwk;
  json::TextBuffer texts;
  if (json::read(json, jwk_limits, texts, jwk) != json::Outcome::complete) {
    throw std::invalid_argument("the text is not a JWK");
  }
  std::shared_ptr<EVP_PKEY> pkey = read_key(jwk);
  if (!pkey) throw std::invalid_argument("the JWK has no public key of an accepted kind");
  return accept_key(std::move(pkey));
}

}  // namespace gatehouse::jose
