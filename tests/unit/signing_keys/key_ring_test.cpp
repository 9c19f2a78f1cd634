#include "signing_keys/key_ring.hpp"

#include <gmock/gmock.h>

#include "unit/signing_keys/key_fixture.hpp"

namespace gatehouse::signing_keys {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeyRingTest : public KeyFixture {
 protected:
  [[nodiscard]] KeyRing ring_of(const std::vector<StoredKey>& keys) const { return make_key_ring(keys, sealer_, now); }
};

TEST_F(KeyRingTest, EmptyTable_IsAnEmptyRing) {
  const KeyRing ring = ring_of({});
  EXPECT_EQ(ring.signing, nullptr);
  EXPECT_THAT(ring.verifying, IsEmpty());
  EXPECT_THAT(ring.published, IsEmpty());
}

TEST_F(KeyRingTest, AllButRevokedKeys_VerifyAndArePublished) {
  const auto next = stored(KeyState::next, jose::JwsAlgorithm::es256);
  const auto current = stored(KeyState::current, jose::JwsAlgorithm::rs256);
  const auto retired = stored(KeyState::retired);
  const KeyRing ring = ring_of({next, current, retired, stored(KeyState::revoked)});
  ASSERT_NE(ring.signing, nullptr);
  EXPECT_EQ(ring.signing->kid(), current.kid);
  EXPECT_EQ(ring.signing->algorithm(), jose::JwsAlgorithm::rs256);
  EXPECT_THAT(ring.published, ElementsAre(next.public_jwk, current.public_jwk, retired.public_jwk));
  EXPECT_THAT(ring.verifying, SizeIs(3));
  EXPECT_THAT(ring.unreadable, IsEmpty());
}

TEST_F(KeyRingTest, RetiredKey_GoesWhenItsTimeIsOver) {
  auto retired = stored(KeyState::retired);
  retired.drop_at = now + std::chrono::microseconds{1};
  EXPECT_THAT(ring_of({retired}).published, SizeIs(1));
  retired.drop_at = now;
  EXPECT_THAT(ring_of({retired}).published, IsEmpty());
  EXPECT_THAT(ring_of({retired}).verifying, IsEmpty());
}

/// Another replica may have the secret, and signs with it.
TEST_F(KeyRingTest, KeyThatCannotBeOpened_VerifiesAndDoesNotSign) {
  const auto current = stored(KeyState::current);
  const PrivateKeySealer other{secrets_of({"another secret, 32 bytes long..."})};
  const KeyRing ring = make_key_ring(std::vector{current}, other, now);
  EXPECT_EQ(ring.signing, nullptr);
  EXPECT_THAT(ring.verifying, SizeIs(1));
  EXPECT_THAT(ring.unreadable, ElementsAre(current.kid));
}

TEST_F(KeyRingTest, PrivateHalfOfAnotherKey_DoesNotSign) {
  auto current = stored(KeyState::current);
  const jose::AsymmetricKey other = jose::generate_key(jose::JwsAlgorithm::eddsa);
  current.sealed_private = sealer_.seal(current.kid, jose::private_pem(other), random_);
  EXPECT_EQ(ring_of({current}).signing, nullptr);
}

/// The algorithm is pinned to the key (RFC 8725 section 3.1).
TEST_F(KeyRingTest, RowWhoseAlgorithmIsNotItsKeys_IsLeftOut) {
  auto key = stored(KeyState::current, jose::JwsAlgorithm::es256);
  key.algorithm = jose::JwsAlgorithm::rs256;
  const KeyRing ring = ring_of({key});
  EXPECT_EQ(ring.signing, nullptr);
  EXPECT_THAT(ring.verifying, IsEmpty());
  EXPECT_THAT(ring.published, IsEmpty());
  EXPECT_THAT(ring.unreadable, ElementsAre(key.kid));
}

TEST_F(KeyRingTest, DamagedJwk_LeavesTheOthers) {
  auto damaged = stored(KeyState::next);
  damaged.public_jwk = "{}";
  const auto current = stored(KeyState::current);
  const KeyRing ring = ring_of({damaged, current});
  EXPECT_THAT(ring.published, ElementsAre(current.public_jwk));
  EXPECT_THAT(ring.unreadable, ElementsAre(damaged.kid));
}

}  // namespace
}  // namespace gatehouse::signing_keys
