#include <boost/json/parse.hpp>
#include <set>

#include "base/base64url.hpp"
#include "unit/tokens/token_fixture.hpp"

namespace gatehouse::tokens {
namespace {

class TokenIssuerTest : public TokenFixture {
 protected:
  static boost::json::object part(std::string_view compact, std::size_t index) {
    for (; index > 0; --index) compact.remove_prefix(compact.find('.') + 1);
    return boost::json::parse(from_base64url(compact.substr(0, compact.find('.'))).value()).as_object();
  }
};

TEST_F(TokenIssuerTest, Claims_AreThoseOfTheLogin) {
  const auto claims = part(issuer_.issue({42}, {77}, mark, now), 1);
  EXPECT_EQ(claims.at("iss").as_string(), "gatehouse");
  EXPECT_EQ(claims.at("aud").as_string(), "gatehouse");
  EXPECT_EQ(claims.at("sub").as_string(), "42");
  EXPECT_EQ(claims.at("id").as_int64(), 42);
  EXPECT_EQ(claims.at("sid").as_string(), "77");
  EXPECT_EQ(claims.at("iat").as_int64(), 1'700'000'000);
  EXPECT_EQ(claims.at("exp").as_int64(), 1'700'003'600);
  EXPECT_EQ(from_base64url(std::string_view{claims.at("smk").as_string()}), mark.view());
  EXPECT_EQ(claims.at("auth_time").as_int64(), 1'700'000'000);
  EXPECT_EQ(claims.at("amr"), boost::json::array{"pwd"});
  EXPECT_EQ(claims.size(), 11U);
}

TEST_F(TokenIssuerTest, Audience_IsTheWantedOneOrTheFirst) {
  TokenSettings settings = settings_with(first_secret);
  settings.audiences = {"shop", "api"};
  const TokenIssuer issuer{settings, random_};
  EXPECT_EQ(part(issuer.issue({.user = {42}, .session = {77}, .mark = mark}, now), 1).at("aud").as_string(), "shop");
  const Grant wanted{.user = {42}, .session = {77}, .mark = mark, .audience = "api"};
  EXPECT_EQ(part(issuer.issue(wanted, now), 1).at("aud").as_string(), "api");
}

// Whoever checked only the token once accepted it long after the session was over.
TEST_F(TokenIssuerTest, Token_OutlivedItsSession) {
  const TimePoint end = now + std::chrono::milliseconds{8500};
  const Grant grant{.user = {42}, .session = {77}, .mark = mark, .session_ends_at = end};
  EXPECT_EQ(part(issuer_.issue(grant, now), 1).at("exp").as_int64(), 1'700'000'008);
  EXPECT_EQ(issuer_.issue_to_refresh(grant, now).expires_at, now + std::chrono::seconds{8});
}

TEST_F(TokenIssuerTest, Header_NamesAlgorithmTypeAndKey) {
  const auto header = part(issuer_.issue({42}, {77}, mark, now), 0);
  EXPECT_EQ(header.at("alg").as_string(), "HS256");
  EXPECT_EQ(header.at("typ").as_string(), "JWT");
  EXPECT_EQ(std::string_view{header.at("kid").as_string()}, jose::HmacKey{first_secret}.kid());
  EXPECT_EQ(header.size(), 3U);
}

TEST_F(TokenIssuerTest, AccessToken_NamesItsTypeAndItsClient) {
  settings_.type = TokenType::access_token;
  const TokenIssuer issuer{settings_, random_};
  const Grant grant{.user = {42},
                    .session = {77},
                    .mark = mark,
                    .authenticated_at = now - std::chrono::seconds{90},
                    .client_id = "shop"};
  const std::string token = issuer.issue(grant, now);
  EXPECT_EQ(part(token, 0).at("typ").as_string(), "at+jwt");
  EXPECT_EQ(part(token, 1).at("client_id").as_string(), "shop");
  EXPECT_EQ(part(token, 1).at("auth_time").as_int64(), 1'699'999'910);
  EXPECT_EQ(part(token, 1).at("iat").as_int64(), 1'700'000'000);
}

/// JWT_TYPE can change while tokens are in use.
TEST_F(TokenIssuerTest, TokensOfBothTypes_AreTaken) {
  settings_.type = TokenType::access_token;
  const TokenIssuer issuer{settings_, random_};
  EXPECT_FALSE(refusal(issuer.issue({1}, {1}, mark, now)));
  EXPECT_TRUE(TokenVerifier{settings_}.verify(issuer_.issue({1}, {1}, mark, now), now));
}

TEST_F(TokenIssuerTest, SeveralAudiences_AreIssuedTheFirstAndTakenEach) {
  settings_.audiences = {"shop", "gatehouse"};
  const std::string token = TokenIssuer{settings_, random_}.issue({1}, {1}, mark, now);
  EXPECT_EQ(part(token, 1).at("aud").as_string(), "shop");
  EXPECT_EQ(refusal(token), TokenError::wrong_audience);
  EXPECT_TRUE(TokenVerifier{settings_}.verify(token, now));
  EXPECT_TRUE(TokenVerifier{settings_}.verify(issuer_.issue({1}, {1}, mark, now), now));
}

TEST_F(TokenIssuerTest, TokenIds_Are128BitsAndNeverRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const std::string id{part(issuer_.issue({1}, {1}, mark, now), 1).at("jti").as_string()};
    EXPECT_EQ(from_base64url(id).value().size(), 16U);
    EXPECT_TRUE(seen.insert(id).second);
  }
}

TEST_F(TokenIssuerTest, Time_IsTruncatedToWholeSeconds) {
  const auto claims = part(issuer_.issue({1}, {1}, mark, now + std::chrono::microseconds{999'999}), 1);
  EXPECT_EQ(claims.at("iat").as_int64(), 1'700'000'000);
}

TEST_F(TokenIssuerTest, TokenToRefresh_LivesUpToTheJitterShorter) {
  std::set<std::int64_t> lifetimes;
  for (int i = 0; i < 1'000; ++i) {
    const IssuedToken token = issuer_.issue_to_refresh({.user = {42}, .session = {77}, .mark = mark},
                                                       now + std::chrono::microseconds{999'999});
    const auto claims = part(token.compact, 1);
    EXPECT_EQ(claims.at("exp").as_int64(),
              std::chrono::floor<std::chrono::seconds>(token.expires_at).time_since_epoch().count());
    lifetimes.insert(claims.at("exp").as_int64() - claims.at("iat").as_int64());
  }
  EXPECT_GE(*lifetimes.begin(), 3'420);
  EXPECT_LT(*lifetimes.begin(), 3'450);
  EXPECT_LE(*lifetimes.rbegin(), 3'600);
  EXPECT_GT(*lifetimes.rbegin(), 3'570);
  EXPECT_GT(lifetimes.size(), 100U);
}

TEST_F(TokenIssuerTest, TokenToRefresh_LivesAsLongAsOthersWithoutJitter) {
  settings_.jitter = 0;
  EXPECT_EQ(
      TokenIssuer(settings_, random_).issue_to_refresh({.user = {1}, .session = {1}, .mark = mark}, now).expires_at,
      now + settings_.ttl);
  settings_.jitter = 0.5;
  settings_.ttl = std::chrono::seconds{1};
  EXPECT_EQ(
      TokenIssuer(settings_, random_).issue_to_refresh({.user = {1}, .session = {1}, .mark = mark}, now).expires_at,
      now + settings_.ttl);
}

TEST_F(TokenIssuerTest, IssuerAndAudienceWithQuotes_StayText) {
  settings_.issuer = R"(a "quoted" issuer)";
  settings_.audiences = {"back\\slash"};
  const TokenIssuer issuer{settings_, random_};
  const auto claims = part(issuer.issue({1}, {1}, mark, now), 1);
  EXPECT_EQ(std::string_view{claims.at("iss").as_string()}, settings_.issuer);
  EXPECT_EQ(std::string_view{claims.at("aud").as_string()}, settings_.audiences.front());
  EXPECT_TRUE(TokenVerifier{settings_}.verify(issuer.issue({1}, {1}, mark, now), now));
}

}  // namespace
}  // namespace gatehouse::tokens
