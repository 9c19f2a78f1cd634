#include "tokens/remembering_verifier.hpp"

#include "unit/tokens/token_fixture.hpp"

namespace gatehouse::tokens {
namespace {

class RememberingVerifierTest : public TokenFixture {
 protected:
  [[nodiscard]] std::optional<TokenError> remembered_refusal(std::string_view compact, TimePoint time = now) {
    const auto claims = remembering_.verify(compact, time);
    return claims ? std::nullopt : std::optional{claims.error()};
  }

  RememberingVerifier remembering_{verifier_, random_};
};

TEST_F(RememberingVerifierTest, RememberedToken_GivesTheSameClaims) {
  const std::string token = issuer_.issue({42}, {77}, mark, now);
  for (int time = 0; time < 2; ++time) {
    const auto claims = remembering_.verify(token, now);
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->user, UserId{42});
    EXPECT_EQ(claims->session, SessionId{77});
    EXPECT_EQ(claims->expires_at, now + settings_.ttl);
  }
}

TEST_F(RememberingVerifierTest, RememberedToken_StillExpires) {
  const std::string token = issuer_.issue({42}, {77}, mark, now);
  EXPECT_FALSE(remembered_refusal(token));
  EXPECT_FALSE(remembered_refusal(token, now + settings_.ttl - std::chrono::microseconds{1}));
  EXPECT_EQ(remembered_refusal(token, now + settings_.ttl), TokenError::expired);
}

TEST_F(RememberingVerifierTest, TokenOfTheFuture_IsRefusedUntilItsTimeComes) {
  const std::string token = issuer_.issue({42}, {77}, mark, now + std::chrono::hours{1});
  EXPECT_EQ(remembered_refusal(token), TokenError::issued_in_future);
  EXPECT_EQ(remembered_refusal(token), TokenError::issued_in_future);
  EXPECT_FALSE(remembered_refusal(token, now + std::chrono::hours{1}));
}

TEST_F(RememberingVerifierTest, AlteredToken_IsRefusedAfterTheGoodOneWasRemembered) {
  const std::string token = issuer_.issue({42}, {77}, mark, now);
  ASSERT_FALSE(remembered_refusal(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = altered[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(remembered_refusal(altered), refusal(altered)) << i;
    EXPECT_TRUE(remembered_refusal(altered)) << i;
  }
}

TEST_F(RememberingVerifierTest, TokenAboveTheBound_IsVerifiedEachTime) {
  const std::string padding(RememberingVerifier::token_bytes_max, 'x');
  const std::string token = signer_.sign(R"({"iss":"gatehouse","aud":"gatehouse","sub":"42","id":42,"sid":"77",)"
                                         R"("iat":1700000000,"exp":1700003600,"jti":")" +
                                         padding + "\"}");
  EXPECT_FALSE(remembered_refusal(token));
  EXPECT_FALSE(remembered_refusal(token));
}

}  // namespace
}  // namespace gatehouse::tokens
