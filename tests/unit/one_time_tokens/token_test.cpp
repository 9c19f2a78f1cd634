#include "one_time_tokens/token.hpp"

#include <gtest/gtest.h>

namespace gatehouse::one_time_tokens {
namespace {

constexpr std::array kinds{Kind::reset, Kind::verify, Kind::email_change};

TEST(OneTimeToken, Made_HasItsKindsPrefixAndHash) {
  crypto::SystemRandom random;
  for (const Kind kind : kinds) {
    const NewToken token = make_token(kind, random);
    EXPECT_TRUE(token.text.reveal().starts_with(prefix_of(kind)));
    EXPECT_EQ(hash_of(token.text.reveal(), kind), token.hash);
    EXPECT_EQ(token.hash.size(), 32u);
  }
}

TEST(OneTimeToken, OfAnotherKind_IsNone) {
  crypto::SystemRandom random;
  const NewToken token = make_token(Kind::verify, random);
  EXPECT_FALSE(hash_of(token.text.reveal(), Kind::reset));
  EXPECT_FALSE(hash_of("gtr_garbage", Kind::reset));
}

TEST(OneTimeToken, KindsAndPrefixes_AreTheContracts) {
  EXPECT_EQ(prefix_of(Kind::reset), "gtr_");
  EXPECT_EQ(prefix_of(Kind::verify), "gtv_");
  EXPECT_EQ(prefix_of(Kind::email_change), "gte_");
  EXPECT_EQ(to_text(Kind::email_change), "email_change");
}

}  // namespace
}  // namespace gatehouse::one_time_tokens
