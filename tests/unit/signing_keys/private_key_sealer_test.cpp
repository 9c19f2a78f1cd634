#include "signing_keys/private_key_sealer.hpp"

#include "unit/signing_keys/key_fixture.hpp"

namespace gatehouse::signing_keys {
namespace {

constexpr std::string_view old_secret = "the old secret, of 32 bytes.....";
constexpr std::string_view new_secret = "the new secret, of 32 bytes.....";

class PrivateKeySealerTest : public ::testing::Test {
 protected:
  crypto::SystemRandom random_;
  const SecretString pem_{"-----BEGIN PRIVATE KEY-----"};
  const PrivateKeySealer old_{secrets_of({old_secret})};
  const PrivateKeySealer both_{secrets_of({new_secret, old_secret})};
  const PrivateKeySealer new_{secrets_of({new_secret})};
};

TEST_F(PrivateKeySealerTest, EverySecretOpens_TheFirstSeals) {
  EXPECT_TRUE(both_.open("kid", old_.seal("kid", pem_, random_)).value().equals(pem_.reveal()));
  const std::string sealed = both_.seal("kid", pem_, random_);
  EXPECT_TRUE(new_.open("kid", sealed));
  EXPECT_FALSE(old_.open("kid", sealed));
}

TEST_F(PrivateKeySealerTest, KeyOfAnotherRow_IsRefused) {
  EXPECT_FALSE(old_.open("other", old_.seal("kid", pem_, random_)));
}

TEST_F(PrivateKeySealerTest, EachAlteredByte_IsRefused) {
  const std::string sealed = old_.seal("kid", pem_, random_);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(old_.open("kid", altered)) << i;
    EXPECT_FALSE(old_.open("kid", std::string_view{sealed}.substr(0, i))) << i;
  }
}

TEST_F(PrivateKeySealerTest, SealedText_HoldsNothingOfTheKey) {
  EXPECT_EQ(old_.seal("kid", pem_, random_).find("PRIVATE"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::signing_keys
