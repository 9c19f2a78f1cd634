#include <gmock/gmock.h>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <stdexcept>
#include <string>

#include "jose/jwk.hpp"
#include "support/test_keys.hpp"

namespace gatehouse::jose {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> names_of(std::string_view json) {
  const boost::json::object object = boost::json::parse(json).as_object();
  std::vector<std::string> names;
  for (const auto& member : object) names.emplace_back(member.key());
  return names;
}

std::string signed_by(const AsymmetricKey& key, std::string_view message) {
  std::string signature;
  PrivateKey{key}.append_signature(signature, message);
  return signature;
}

TEST(PublicJwk, ReadBack_VerifiesWhatThePairSigned) {
  for (const auto algorithm : {JwsAlgorithm::rs256, JwsAlgorithm::es256, JwsAlgorithm::eddsa}) {
    const AsymmetricKey pair = generate_key(algorithm);
    const AsymmetricKey read = read_public_jwk(public_jwk(pair, "kid"));
    EXPECT_EQ(read.algorithm, algorithm);
    EXPECT_EQ(thumbprint(read), thumbprint(pair));
    const PublicKey key{read, "kid"};
    EXPECT_TRUE(key.verifies("a message", signed_by(pair, "a message")));
    EXPECT_FALSE(key.verifies("another one", signed_by(pair, "a message")));
  }
}

TEST(PublicJwk, Members_AreThePublicOnesAlone) {
  EXPECT_THAT(names_of(public_jwk(generate_key(JwsAlgorithm::rs256), "k")),
              ElementsAre("kty", "e", "n", "use", "alg", "kid"));
  EXPECT_THAT(names_of(public_jwk(generate_key(JwsAlgorithm::es256), "k")),
              ElementsAre("kty", "crv", "x", "y", "use", "alg", "kid"));
  EXPECT_THAT(names_of(public_jwk(generate_key(JwsAlgorithm::eddsa), "k")),
              ElementsAre("kty", "crv", "x", "use", "alg", "kid"));
}

/// A coordinate that begins with zero bytes keeps them (RFC 7518 section 6.2.1.2).
TEST(PublicJwk, Coordinates_Have32Bytes) {
  for (int i = 0; i < 300; ++i) {
    const auto jwk = boost::json::parse(public_jwk(generate_key(JwsAlgorithm::es256), "k"));
    EXPECT_EQ(jwk.at("x").as_string().size(), 43U);
    EXPECT_EQ(jwk.at("y").as_string().size(), 43U);
  }
}

/// RFC 7638 section 3.1.
TEST(Thumbprint, OfTheRfcsRsaKey_IsTheRfcs) {
  const AsymmetricKey key = read_public_jwk(
      R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJEC)"
      R"(PebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8)"
      R"(KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0)"
      R"(Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})");
  EXPECT_EQ(thumbprint(key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

/// RFC 8037 appendix A.3.
TEST(Thumbprint, OfTheRfcsEd25519Key_IsTheRfcs) {
  const AsymmetricKey key =
      read_public_jwk(R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})");
  EXPECT_EQ(thumbprint(key), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(PublicJwk, WhatIsNone_IsRefused) {
  for (
      const char* json :
      {"", "{}", "[]", "7", R"({"kty":"oct","k":"AAAA"})", R"({"kty":"RSA","n":"AQAB"})",
       R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", R"({"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA"})",
       R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})",
       R"({"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})",
       R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})",
       R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       R"({"kty":"OKP","crv":"Ed25519","x":"11qY+YKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       R"({"kty":"OKP","crv":"Ed25519","x":["11qY"]})"}) {
    EXPECT_THROW((void)read_public_jwk(json), std::invalid_argument) << json;
  }
}

TEST(PrivatePem, ReadBack_IsTheSamePair) {
  for (const auto algorithm : {JwsAlgorithm::rs256, JwsAlgorithm::es256, JwsAlgorithm::eddsa}) {
    const AsymmetricKey pair = generate_key(algorithm);
    const SecretString pem = private_pem(pair);
    EXPECT_TRUE(pem.reveal().starts_with("-----BEGIN PRIVATE KEY-----"));
    EXPECT_EQ(thumbprint(read_private_pem(pem.reveal())), thumbprint(pair));
  }
}

TEST(PrivatePem, OfAPublicKey_IsRefused) {
  EXPECT_THROW((void)read_private_pem(testing::generate("ED25519").public_key), std::invalid_argument);
  EXPECT_THROW((void)generate_key(JwsAlgorithm::hs256), std::invalid_argument);
}

TEST(Algorithm, Names_AreReadBack) {
  for (const char* name : {"HS256", "RS256", "ES256", "EdDSA"}) EXPECT_EQ(to_text(read_algorithm(name).value()), name);
  for (const char* name : {"", "none", "es256", "ES384"}) EXPECT_FALSE(read_algorithm(name)) << name;
}

}  // namespace
}  // namespace gatehouse::jose
