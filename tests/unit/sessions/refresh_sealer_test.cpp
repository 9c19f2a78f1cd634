#include "sessions/refresh_sealer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "sessions/session_sealer.hpp"
#include "unit/sessions/sealing_secrets.hpp"

namespace gatehouse::sessions {
namespace {

RefreshReference reference(std::int64_t id, std::int64_t generation) {
  RefreshReference made{.id = SessionId{id}, .secret = {}, .generation = generation};
  for (std::size_t i = 0; i < made.secret.size(); ++i) made.secret[i] = static_cast<char>(17 * i + 1);
  return made;
}

class RefreshSealerTest : public ::testing::Test {
 protected:
  crypto::SystemRandom random_;
  RefreshSealer sealer_{secrets({first_secret})};
};

TEST_F(RefreshSealerTest, SealedReference_OpensToTheSame) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [id, generation] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{1, 0}, {256, 255}, {largest, largest}}) {
    const auto token = sealer_.seal(reference(id, generation), random_);
    EXPECT_EQ(token.size(), 107u);
    EXPECT_TRUE(token.starts_with("gtf_"));
    const auto opened = sealer_.open(token);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->id, SessionId{id});
    EXPECT_EQ(opened->secret, reference(id, generation).secret);
    EXPECT_EQ(opened->generation, generation);
  }
}

TEST_F(RefreshSealerTest, SameReferenceTwice_LooksDifferent) {
  EXPECT_NE(sealer_.seal(reference(1, 1), random_), sealer_.seal(reference(1, 1), random_));
}

TEST_F(RefreshSealerTest, EveryBitFlip_IsRefused) {
  const auto bytes = from_base64url(sealer_.seal(reference(1, 1), random_).substr(RefreshSealer::prefix.size()));
  ASSERT_TRUE(bytes);
  for (std::size_t bit = 0; bit < bytes->size() * 8; ++bit) {
    std::string altered = *bytes;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(sealer_.open("gtf_" + to_base64url(altered))) << "bit " << bit;
  }
}

TEST_F(RefreshSealerTest, EveryTruncationExtensionAndOtherPrefix_IsRefused) {
  const auto token = sealer_.seal(reference(1, 1), random_);
  for (std::size_t length = 0; length < token.size(); ++length) {
    EXPECT_FALSE(sealer_.open(token.substr(0, length)));
    EXPECT_FALSE(sealer_.open(token.substr(token.size() - length)));
  }
  for (const std::string& altered : {token + "A", " " + token, "GTF_" + token.substr(4), "gtr_" + token.substr(4)}) {
    EXPECT_FALSE(sealer_.open(altered));
  }
}

TEST_F(RefreshSealerTest, SecretBefore_OpensAndTheNewOneSeals) {
  const RefreshSealer rotated{secrets({second_secret, first_secret})};
  EXPECT_TRUE(rotated.open(sealer_.seal(reference(1, 1), random_)));
  EXPECT_FALSE(sealer_.open(rotated.seal(reference(1, 1), random_)));
}

TEST_F(RefreshSealerTest, SessionUnderTheSameSecret_IsNoRefreshToken) {
  const SessionSealer sessions{secrets({first_secret})};
  const auto session = sessions.seal({.id = SessionId{1}, .secret = {}}, random_);
  EXPECT_FALSE(sealer_.open(session));
  EXPECT_FALSE(sealer_.open("gtf_" + session));
  EXPECT_FALSE(sessions.open(sealer_.seal(reference(1, 1), random_)));
  EXPECT_FALSE(sessions.open(sealer_.seal(reference(1, 1), random_).substr(4)));
}

}  // namespace
}  // namespace gatehouse::sessions
