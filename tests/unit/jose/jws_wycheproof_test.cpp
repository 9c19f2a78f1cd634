#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <map>
#include <set>
#include <stdexcept>

#include "base/base64url.hpp"
#include "jose/asymmetric_key.hpp"
#include "jose/hmac_key.hpp"
#include "jose/jws.hpp"
#include "support/vectors.hpp"
#include "unit/jose/jwk.hpp"

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

/// Tests that we answer differently from the file, by tcId, each with its reason. Algorithms that are not ours are not
/// listed: their tokens must be refused even if the file calls them valid.
using Deviations = std::map<std::int64_t, std::string_view>;

const Deviations signature_deviations{
    {332,
     "the token is a right RS256 one; that its RSA key serves PS256 alone is said in the JWK, which we do not read"},
    {353, "`use` stands in the JWK alone; keys come to us as PEM, which has no such thing"},
    {354, "`use`, as 353"},
    {355, "`key_ops`, as 353"},
    {356, "`key_ops`, as 353"},
    {367, "the text is that of the valid 357, byte by byte: the padding it means to show was lost"},
    {370, "as 367"},
    {372, "valid there, refused here: strict base64url knows no letter '?'"},
    {373, "as 372"},
};

const Deviations key_deviations{
    {6, "`use` and `alg` stand in the JWK alone; keys come to us as PEM"},
    {7, "ROCA keys come from broken smart cards; ours are the operator's own, never a stranger's"},
    {10, "secrets shorter than the digest are refused by the configuration, in production"},
    {19, "`alg` of the JWK, as 6: by its curve the key is pinned to ES256, as the token says"},
    {20, "`alg` of the JWK, as 19"},
    {21, "`use` of the JWK, as 6"},
    {25, "`alg` of the JWK, as 6: a secret comes to us as its bytes"},
    {26, "`alg` of the JWK, as 25"},
};

const Deviations crypto_deviations{{46, "a ROCA key, as 7 of the key tests"}};

std::shared_ptr<const VerifyingKey> key_from(const boost::json::value& jwk) {
  std::string kid = text_of(jwk, "kid");
  if (text_of(jwk, "kty") == "oct") {
    const auto secret = from_base64url(text_of(jwk, "k"));
    if (!secret) throw std::invalid_argument("a secret that is not strict base64url");
    return std::make_shared<const HmacKey>(*secret, std::move(kid));
  }
  const auto pem = public_pem_of(jwk);
  if (!pem) throw std::invalid_argument("OpenSSL refuses the key");
  return std::make_shared<const PublicKey>(*pem, std::move(kid));
}

/// nullopt if a key of the group is refused, or if the keys do not go together.
std::optional<JwsVerifier> verifier_for(const boost::json::value& group) {
  const auto& keys = group.at("private");
  std::vector<std::shared_ptr<const VerifyingKey>> made;
  try {
    if (const auto* set = keys.as_object().if_contains("keys")) {
      for (const auto& jwk : set->as_array()) made.push_back(key_from(jwk));
    } else {
      made.push_back(key_from(keys));
    }
    return JwsVerifier{std::move(made), {.type = {}, .kid_required = false}};
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  } catch (const std::out_of_range&) {
    return std::nullopt;  // a JWK without the members of its kind
  } catch (const boost::system::system_error&) {
    return std::nullopt;  // the same, from Boost 1.83 on
  }
}

/// Whether the `alg` of a token that the file calls valid is one of ours.
bool is_our_algorithm(std::string_view compact) {
  static const std::set<std::string_view> ours{"HS256", "RS256", "ES256", "EdDSA"};
  const auto header = from_base64url(compact.substr(0, compact.find('.')));
  if (!header) return true;
  return ours.contains(text_of(boost::json::parse(*header), "alg"));
}

void check_test(const boost::json::value& test, const std::optional<JwsVerifier>& verifier,
                const Deviations& deviations) {
  // Tests of encryption (`jwe`) and of the JSON serialisation are texts to be refused like any other.
  const auto* text = test.as_object().if_contains("jws");
  if (text == nullptr) text = &test.at("jwe");
  const std::string compact =
      text->is_string() ? text_of(boost::json::object{{"it", *text}}, "it") : boost::json::serialize(*text);
  JwsBuffer buffer;
  const bool accepted = verifier && verifier->verify(compact, buffer).has_value();
  const bool deviates = deviations.contains(test_id(test));
  const bool expected = is_valid(test) && is_our_algorithm(compact);
  EXPECT_EQ(accepted, expected != deviates) << describe(test);
}

void check_file(std::string_view file, const Deviations& deviations) {
  const auto vectors = load_vectors(file);
  std::size_t accepted_groups = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto verifier = verifier_for(group);
    accepted_groups += verifier ? 1 : 0;
    for (const auto& test : group.at("tests").as_array()) check_test(test, verifier, deviations);
  }
  EXPECT_GT(accepted_groups, 3U);
}

TEST(JwsWycheproof, Signatures_AreAnsweredAsPublished) {
  check_file("wycheproof/json_web_signature_test.json", signature_deviations);
}

TEST(JwsWycheproof, Keys_AreAnsweredAsPublished) { check_file("wycheproof/json_web_key_test.json", key_deviations); }

TEST(JwsWycheproof, Crypto_IsAnsweredAsPublished) {
  check_file("wycheproof/json_web_crypto_test.json", crypto_deviations);
}

}  // namespace
}  // namespace gatehouse::jose
