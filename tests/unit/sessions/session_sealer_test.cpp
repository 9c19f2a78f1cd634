#include "sessions/session_sealer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "unit/sessions/sealing_secrets.hpp"

namespace gatehouse::sessions {
namespace {

SessionReference reference(std::int64_t id) {
  SessionReference made{.id = SessionId{id}, .secret = {}};
  for (std::size_t i = 0; i < made.secret.size(); ++i) made.secret[i] = static_cast<char>(17 * i + 1);
  return made;
}

class SessionSealerTest : public ::testing::Test {
 protected:
  crypto::SystemRandom random_;
  SessionSealer sealer_{secrets({first_secret})};
};

TEST_F(SessionSealerTest, SealedReference_OpensToTheSame) {
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{256}, std::numeric_limits<std::int64_t>::max()}) {
    const auto sealed = sealer_.seal(reference(id), random_);
    EXPECT_EQ(sealed.size(), 92u);
    const auto opened = sealer_.open(sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->id, SessionId{id});
    EXPECT_EQ(opened->secret, reference(id).secret);
  }
}

TEST_F(SessionSealerTest, SameReferenceTwice_LooksDifferent) {
  EXPECT_NE(sealer_.seal(reference(1), random_), sealer_.seal(reference(1), random_));
}

TEST_F(SessionSealerTest, EveryBitFlip_IsRefused) {
  const auto bytes = from_base64url(sealer_.seal(reference(1), random_));
  ASSERT_TRUE(bytes);
  for (std::size_t bit = 0; bit < bytes->size() * 8; ++bit) {
    std::string altered = *bytes;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(sealer_.open(to_base64url(altered))) << "bit " << bit;
  }
}

TEST_F(SessionSealerTest, EveryOtherCharacter_IsRefused) {
  const auto sealed = sealer_.seal(reference(1), random_);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    for (const char c : {'A', 'z', '0', '-', '_', '+', '/', '=', ' ', '\0', '\xff'}) {
      if (sealed[i] == c) continue;
      std::string altered = sealed;
      altered[i] = c;
      EXPECT_FALSE(sealer_.open(altered)) << i;
    }
  }
}

TEST_F(SessionSealerTest, EveryTruncationAndExtension_IsRefused) {
  const auto sealed = sealer_.seal(reference(1), random_);
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(sealer_.open(sealed.substr(0, length)));
    EXPECT_FALSE(sealer_.open(sealed.substr(sealed.size() - length)));
  }
  EXPECT_FALSE(sealer_.open(sealed + "A"));
  EXPECT_FALSE(sealer_.open(sealed + "="));
  EXPECT_FALSE(sealer_.open(" " + sealed));
  EXPECT_FALSE(sealer_.open(sealed + sealed));
}

TEST_F(SessionSealerTest, EverySplice_IsRefused) {
  const auto one = sealer_.seal(reference(1), random_);
  const auto other = sealer_.seal(reference(2), random_);
  // Two seals agree in version and key id, which the first characters hold.
  const auto differing = static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
  for (std::size_t cut = differing + 1; cut < one.size(); ++cut) {
    if (one.substr(cut) == other.substr(cut)) continue;
    EXPECT_FALSE(sealer_.open(one.substr(0, cut) + other.substr(cut))) << cut;
  }
}

TEST_F(SessionSealerTest, OldSecretListedSecond_StillOpens) {
  const auto old = sealer_.seal(reference(1), random_);
  const SessionSealer rotated{secrets({second_secret, first_secret})};
  EXPECT_TRUE(rotated.open(old));
  const auto fresh = rotated.seal(reference(2), random_);
  EXPECT_TRUE(rotated.open(fresh));
  EXPECT_FALSE(sealer_.open(fresh)) << "the first secret seals";
}

TEST_F(SessionSealerTest, RemovedSecret_OpensNothing) {
  const auto old = sealer_.seal(reference(1), random_);
  EXPECT_FALSE(SessionSealer{secrets({second_secret})}.open(old));
}

TEST_F(SessionSealerTest, KeyIdOfAnotherSecret_IsRefused) {
  const SessionSealer rotated{secrets({second_secret, first_secret})};
  auto old = from_base64url(sealer_.seal(reference(1), random_));
  const auto fresh = from_base64url(rotated.seal(reference(1), random_));
  ASSERT_TRUE(old && fresh);
  old->replace(0, 5, *fresh, 0, 5);
  EXPECT_FALSE(rotated.open(to_base64url(*old)));
}

TEST_F(SessionSealerTest, SessionOfTheExpressService_IsRefused) {
  EXPECT_FALSE(sealer_.open("eyJ1c2VySWQiOjEsInNlc3Npb25JZCI6MX0="));
  EXPECT_FALSE(sealer_.open("00112233445566778899aabbccddeeff:00112233445566778899aabbccddeeff"));
  EXPECT_FALSE(sealer_.open(""));
  EXPECT_FALSE(sealer_.open(std::string(SessionSealer::sealed_length, 'A')));
  EXPECT_FALSE(sealer_.open(std::string(1 << 20, 'A')));
}

}  // namespace
}  // namespace gatehouse::sessions
