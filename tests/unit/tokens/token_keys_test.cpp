#include <stdexcept>

#include "jose/asymmetric_key.hpp"
#include "support/test_keys.hpp"
#include "unit/tokens/token_fixture.hpp"

namespace gatehouse::tokens {
namespace {

class TokenKeysTest : public TokenFixture {};

TEST_F(TokenKeysTest, RotatedSecrets_AllVerifyAndTheFirstSigns) {
  const TokenIssuer before{settings_with(first_secret), random_};
  const TokenIssuer after{settings_with(second_secret, first_secret), random_};
  const TokenVerifier verifier{settings_with(second_secret, first_secret)};
  EXPECT_TRUE(verifier.verify(before.issue({1}, {1}, mark, now), now));
  EXPECT_TRUE(verifier.verify(after.issue({1}, {1}, mark, now), now));
  EXPECT_EQ(refusal(after.issue({1}, {1}, mark, now)), TokenError::unknown_key);
}

TEST_F(TokenKeysTest, SecretTakenAway_NoLongerVerifies) {
  const TokenVerifier verifier{settings_with(second_secret)};
  EXPECT_EQ(verifier.verify(issuer_.issue({1}, {1}, mark, now), now).error(), TokenError::unknown_key);
}

TEST_F(TokenKeysTest, SecretGivenTwice_CountsOnce) {
  EXPECT_EQ(load_token_keys(settings_with(first_secret, first_secret)).verifying.size(), 1U);
}

TEST_F(TokenKeysTest, ShortSecret_IsLeftToTheConfiguration) {
  EXPECT_EQ(load_token_keys(settings_with("short")).verifying.size(), 1U);
}

TEST_F(TokenKeysTest, PrivateKey_SignsByItsKind) {
  for (const auto& [pem, algorithm] : {std::pair{testing::generate_rsa(2048), jose::JwsAlgorithm::rs256},
                                       std::pair{testing::generate_ec("P-256"), jose::JwsAlgorithm::es256},
                                       std::pair{testing::generate("ED25519"), jose::JwsAlgorithm::eddsa}}) {
    const tokens::TokenSettings settings = settings_with_key(pem.private_key);
    EXPECT_EQ(load_token_keys(settings).signing->algorithm(), algorithm);
    const TokenIssuer issuer{settings, random_};
    const auto claims = TokenVerifier{settings}.verify(issuer.issue({42}, {77}, mark, now), now);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->user, UserId{42});
  }
}

TEST_F(TokenKeysTest, SecretsBesideAPrivateKey_VerifyNothing) {
  const TokenVerifier verifier{settings_with_key(testing::generate("ED25519").private_key)};
  EXPECT_EQ(verifier.verify(issuer_.issue({1}, {1}, mark, now), now).error(), TokenError::unknown_key);
}

TEST_F(TokenKeysTest, HmacWithThePublicKey_IsRefused) {
  const testing::PemPair pem = testing::generate_rsa(2048);
  const TokenVerifier verifier{settings_with_key(pem.private_key)};
  const std::string kid{jose::PrivateKey{pem.private_key}.kid()};
  const jose::JwsSigner forger{std::make_shared<const jose::HmacKey>(pem.public_key, kid), token_type};
  const std::string claims =
      R"({"iss":"gatehouse","aud":"gatehouse","sub":"1","sid":"1","iat":1700000000,"exp":1700003600})";
  EXPECT_EQ(verifier.verify(forger.sign(claims), now).error(), TokenError::wrong_algorithm);
}

/// Keys of the table beside those of the settings.
class TableKeysTest : public TokenFixture {
 protected:
  static std::shared_ptr<const jose::PrivateKey> key() {
    return std::make_shared<const jose::PrivateKey>(testing::generate("ED25519").private_key);
  }
};

TEST_F(TableKeysTest, CurrentKeyOfTheTable_SignsInsteadOfTheSettings) {
  const auto current = key();
  const TokenIssuer issuer{settings_, random_, current};
  const std::string token = issuer.issue({42}, {77}, mark, now);
  EXPECT_EQ(refusal(token), TokenError::unknown_key);
  EXPECT_TRUE((TokenVerifier{settings_, {current}}.verify(token, now)));
}

TEST_F(TableKeysTest, SecretsAndKeysOfTheSettings_GoOnVerifying) {
  const TokenVerifier beside_a_secret{settings_, {key(), key()}};
  EXPECT_TRUE(beside_a_secret.verify(issuer_.issue({42}, {77}, mark, now), now));
  const tokens::TokenSettings with_key = settings_with_key(testing::generate_ec("P-256").private_key);
  const TokenVerifier beside_a_key{with_key, {key()}};
  const TokenIssuer issuer{with_key, random_};
  EXPECT_TRUE(beside_a_key.verify(issuer.issue({42}, {77}, mark, now), now));
}

/// The key whose kid a token names decides everything, whatever the token says.
TEST_F(TableKeysTest, HmacWithThePublicKeyOfTheTable_IsRefused) {
  const auto current = key();
  const TokenVerifier verifier{settings_, {current}};
  const jose::JwsSigner forger{
      std::make_shared<const jose::HmacKey>(current->public_pem(), std::string{current->kid()}), token_type};
  const std::string claims =
      R"({"iss":"gatehouse","aud":"gatehouse","sub":"1","sid":"1","iat":1700000000,"exp":1700003600})";
  EXPECT_EQ(verifier.verify(forger.sign(claims), now).error(), TokenError::wrong_algorithm);
}

TEST_F(TableKeysTest, KeyThatIsGone_VerifiesNothing) {
  const auto gone = key();
  const TokenIssuer issuer{settings_, random_, gone};
  const TokenVerifier verifier{settings_, {key()}};
  EXPECT_EQ(verifier.verify(issuer.issue({1}, {1}, mark, now), now).error(), TokenError::unknown_key);
}

TEST_F(TableKeysTest, PublicHalfOfThePrivateKey_IsPublished) {
  EXPECT_TRUE(load_token_keys(settings_).published.empty());
  const auto keys = load_token_keys(settings_with_key(testing::generate("ED25519").private_key));
  ASSERT_EQ(keys.published.size(), 1U);
  EXPECT_TRUE(keys.published[0].contains(keys.signing->kid()));
}

std::string refusal_to_load(const tokens::TokenSettings& settings) {
  try {
    static_cast<void>(load_token_keys(settings));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "loaded";
}

TEST_F(TokenKeysTest, BadPrivateKey_IsNamedAndNeverQuoted) {
  for (const std::string& pem : {std::string{"hunter2"}, testing::generate_rsa(1024).private_key,
                                 testing::generate_ec("P-384").private_key, testing::generate("ED25519").public_key}) {
    const std::string message = refusal_to_load(settings_with_key(pem));
    EXPECT_TRUE(message.starts_with("JWT_PRIVATE_KEY: ")) << message;
    EXPECT_EQ(message.find("hunter2"), std::string::npos);
    EXPECT_EQ(message.find("BEGIN"), std::string::npos);
  }
}

TEST_F(TokenKeysTest, PemAsSecret_IsRefused) {
  const testing::PemPair pem = testing::generate("ED25519");
  EXPECT_TRUE(refusal_to_load(settings_with(pem.public_key)).starts_with("JWT_SECRET: "));
  EXPECT_TRUE(refusal_to_load(settings_with(pem.private_key)).starts_with("JWT_SECRET: "));
}

TEST_F(TokenKeysTest, NothingToSignWith_IsRefused) {
  EXPECT_EQ(refusal_to_load({}), "JWT_SECRET or JWT_PRIVATE_KEY must be set");
  EXPECT_TRUE(refusal_to_load(settings_with("")).starts_with("JWT_SECRET: "));
}

}  // namespace
}  // namespace gatehouse::tokens
