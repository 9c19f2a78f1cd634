#include "tokens/token_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"
#include "support/test_keys.hpp"

namespace gatehouse::tokens {
namespace {

using gatehouse::testing::read_section;
using ::testing::HasSubstr;

TEST(TokenSettings, PrivateKey_NeedsNoSecretBesideIt) {
  const std::string pem = gatehouse::testing::generate("ED25519").private_key;
  const auto read = read_section(token_section(), {{"JWT_PRIVATE_KEY", pem}}, config::Environment::production);
  EXPECT_EQ(read.mistakes(), "");
  EXPECT_EQ(read.settings.private_key_pem.reveal(), pem);
  EXPECT_TRUE(read.settings.secrets.empty());
}

TEST(TokenSettings, PrivateKeyThatCannotSign_IsRefused) {
  for (const std::string& pem :
       {std::string{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
        gatehouse::testing::generate_ec("P-384").private_key, gatehouse::testing::generate_rsa(1024).private_key}) {
    EXPECT_THAT(read_section(token_section(), {{"JWT_PRIVATE_KEY", pem}}).mistakes(),
                HasSubstr("JWT_PRIVATE_KEY: cannot be used: "));
  }
}

TEST(TokenSettings, Jitter_IsAPartOfOne) {
  EXPECT_DOUBLE_EQ(read_section(token_section(), {}).settings.jitter, 0.05);
  EXPECT_DOUBLE_EQ(read_section(token_section(), {{"JWT_JITTER", "0"}}).settings.jitter, 0);
  EXPECT_DOUBLE_EQ(read_section(token_section(), {{"JWT_JITTER", "0.5"}}).settings.jitter, 0.5);
  for (const char* text : {"0.51", "-0.1", "nan", "inf", "5e-2", "5%", "x", "1"}) {
    EXPECT_THAT(read_section(token_section(), {{"JWT_JITTER", text}}).mistakes(), HasSubstr("a number from 0 to 0.5"))
        << text;
  }
}

TEST(TokenSettings, Audiences_AreAList) {
  const auto read = read_section(token_section(), {{"JWT_AUDIENCE", "shop, api.example.com"}});
  EXPECT_EQ(read.settings.audiences, (std::vector<std::string>{"shop", "api.example.com"}));
  EXPECT_EQ(read_section(token_section(), {}).settings.audiences, std::vector<std::string>{"gatehouse"});
  EXPECT_THAT(read_section(token_section(), {{"JWT_AUDIENCE", ", ,"}}).mistakes(), HasSubstr("JWT_AUDIENCE: must be"));
}

TEST(TokenSettings, Type_IsOneOfTwo) {
  EXPECT_EQ(read_section(token_section(), {{"JWT_TYPE", "at+jwt"}}).settings.type, TokenType::access_token);
  EXPECT_EQ(read_section(token_section(), {{"JWT_TYPE", "JWT"}}).settings.type, TokenType::jwt);
  EXPECT_THAT(read_section(token_section(), {{"JWT_TYPE", "JWE"}}).mistakes(), HasSubstr("JWT_TYPE: must be one of"));
}

TEST(TokenSettings, KeyInPemFormAsSecret_IsRefused) {
  const std::string pem = gatehouse::testing::generate("ED25519").public_key;
  EXPECT_THAT(read_section(token_section(), {{"JWT_SECRET", pem}}).mistakes(),
              HasSubstr("JWT_SECRET: is a key in PEM form, not a secret"));
}

}  // namespace
}  // namespace gatehouse::tokens
