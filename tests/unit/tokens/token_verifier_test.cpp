#include "tokens/token_verifier.hpp"

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>
#include <vector>

#include "base/base64url.hpp"
#include "unit/tokens/token_fixture.hpp"

namespace gatehouse::tokens {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

class TokenVerifierTest : public TokenFixture {
 protected:
  /// Well-formed claims with one of them set to a JSON text, or left out if that is empty.
  static std::string claims_with(std::string_view name, std::string_view json) {
    boost::json::object claims{{"iss", "gatehouse"}, {"aud", "gatehouse"},   {"sub", "42"},          {"id", 42},
                               {"sid", "77"},        {"iat", 1'700'000'000}, {"exp", 1'700'003'600}, {"jti", "x"}};
    if (json.empty()) {
      claims.erase(name);
    } else {
      claims[name] = boost::json::parse(json);
    }
    return boost::json::serialize(claims);
  }
  [[nodiscard]] std::optional<TokenError> refusal_with(std::string_view name, std::string_view json) const {
    return refusal_of_claims(claims_with(name, json));
  }
};

TEST_F(TokenVerifierTest, IssuedToken_GivesItsClaims) {
  const auto claims = verifier_.verify(issuer_.issue({42}, {77}, mark, now), now);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user, UserId{42});
  EXPECT_EQ(claims->session, SessionId{77});
  EXPECT_EQ(claims->mark, mark);
  EXPECT_EQ(claims->issued_at, now);
  EXPECT_EQ(claims->expires_at, now + settings_.ttl);
}

TEST_F(TokenVerifierTest, TokenOfAnEarlierVersion_HasNoMark) {
  const auto claims = verifier_.verify(signer_.sign(claims_with("smk", "")), now);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->mark, std::nullopt);
}

TEST_F(TokenVerifierTest, MarkThatIsNone_IsRefused) {
  for (const char* json : {"7", "\"\"", "\"AQIDBAUGBw\"", "\"AQIDBAUGBwgJ\"", "\"AQIDBAUGB=\""}) {
    EXPECT_EQ(refusal_with("smk", json), TokenError::invalid_claims) << json;
  }
  EXPECT_FALSE(refusal_with("smk", "\"AQIDBAUGBwg\""));
}

TEST_F(TokenVerifierTest, LargestIds_SurviveTheRoundTrip) {
  const auto claims = verifier_.verify(issuer_.issue({INT64_MAX}, {INT64_MAX}, mark, now), now);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user.value, INT64_MAX);
  EXPECT_EQ(claims->session.value, INT64_MAX);
}

TEST_F(TokenVerifierTest, Expiry_HasNoGrace) {
  const std::string token = issuer_.issue({1}, {1}, mark, now);
  EXPECT_FALSE(refusal(token, now + settings_.ttl - microseconds{1}));
  EXPECT_EQ(refusal(token, now + settings_.ttl), TokenError::expired);
  EXPECT_EQ(refusal(token, now + settings_.ttl + seconds{1}), TokenError::expired);
}

TEST_F(TokenVerifierTest, IssuedInTheFuture_IsRefusedBeyondTheLeeway) {
  const std::string token = issuer_.issue({1}, {1}, mark, now);
  EXPECT_FALSE(refusal(token, now - clock_leeway));
  EXPECT_EQ(refusal(token, now - clock_leeway - microseconds{1}), TokenError::issued_in_future);
  EXPECT_FALSE(refusal_with("nbf", "1700000060"));
  EXPECT_EQ(refusal_with("nbf", "1700000061"), TokenError::issued_in_future);
}

TEST_F(TokenVerifierTest, EachRequiredClaimMissing_IsRefused) {
  ASSERT_FALSE(refusal_with("jti", ""));
  for (const std::string_view name : {"iss", "aud", "sub", "sid", "iat", "exp"}) {
    EXPECT_EQ(refusal_with(name, ""), TokenError::invalid_claims) << name;
  }
}

TEST_F(TokenVerifierTest, EachClaimOfAnotherType_IsRefused) {
  for (const std::string_view name : {"iss", "aud", "sub", "sid"}) {
    for (const std::string_view wrong : {"42", "null", "true", "1.5", "{}", R"([["gatehouse"]])"}) {
      EXPECT_EQ(refusal_with(name, wrong), TokenError::invalid_claims) << name << " " << wrong;
    }
  }
  for (const std::string_view name : {"iss", "sub", "sid"}) {
    EXPECT_EQ(refusal_with(name, R"(["gatehouse"])"), TokenError::invalid_claims) << name;
  }
  for (const std::string_view name : {"iat", "exp", "nbf", "id"}) {
    for (const std::string_view wrong :
         {R"("1700000000")", "null", "true", "1700000000.5", "[1700000000]", "{}", "18446744073709551615"}) {
      EXPECT_EQ(refusal_with(name, wrong), TokenError::invalid_claims) << name << " " << wrong;
    }
  }
}

TEST_F(TokenVerifierTest, TimesOutsideTheCalendar_AreRefused) {
  for (const std::string_view name : {"iat", "exp", "nbf"}) {
    for (const std::string_view wrong : {"-1", "253402300800", "9223372036854775807", "-9223372036854775808"}) {
      EXPECT_EQ(refusal_with(name, wrong), TokenError::invalid_claims) << name << " " << wrong;
    }
  }
  EXPECT_FALSE(refusal_with("exp", "253402300799"));
}

TEST_F(TokenVerifierTest, IdsSpelledOtherwise_AreRefused) {
  for (const std::string_view name : {"sub", "sid"}) {
    for (const std::string_view wrong : {"", "0", "-1", "+1", "042", " 42", "42 ", "42abc", "0x2a", "4.2", "1e3", "abc",
                                         "9223372036854775808", "99999999999999999999"}) {
      EXPECT_EQ(refusal_with(name, '"' + std::string{wrong} + '"'), TokenError::invalid_claims) << name << " " << wrong;
    }
  }
}

TEST_F(TokenVerifierTest, IdThatContradictsTheSubject_IsRefused) {
  EXPECT_EQ(refusal_with("id", "43"), TokenError::invalid_claims);
  EXPECT_EQ(refusal_with("id", "-42"), TokenError::invalid_claims);
  EXPECT_FALSE(refusal_with("id", "42"));
  EXPECT_FALSE(refusal_with("id", ""));
}

TEST_F(TokenVerifierTest, IssuerOfAnother_IsRefused) {
  for (const std::string_view wrong : {R"("")", R"("Gatehouse")", R"("gatehouse2")", R"("gatehous")"}) {
    EXPECT_EQ(refusal_with("iss", wrong), TokenError::wrong_issuer) << wrong;
  }
}

TEST_F(TokenVerifierTest, Audience_MustNameUsAloneOrAmongOthers) {
  EXPECT_FALSE(refusal_with("aud", R"(["gatehouse"])"));
  EXPECT_FALSE(refusal_with("aud", R"(["other","gatehouse","third"])"));
  EXPECT_EQ(refusal_with("aud", R"("other")"), TokenError::wrong_audience);
  EXPECT_EQ(refusal_with("aud", R"(["other"])"), TokenError::wrong_audience);
  EXPECT_EQ(refusal_with("aud", R"("")"), TokenError::wrong_audience);
  EXPECT_EQ(refusal_with("aud", "[]"), TokenError::invalid_claims);
  EXPECT_EQ(refusal_with("aud", R"(["gatehouse",1])"), TokenError::invalid_claims);
}

TEST_F(TokenVerifierTest, ClaimTwice_IsRefused) {
  const std::string once = claims_with("jti", "");
  EXPECT_FALSE(refusal_of_claims(once));
  for (const std::string_view again :
       {R"("sub":"1")", R"("exp":1700003600)", R"("\u0073ub":"42")", R"("aud":["gatehouse"])"}) {
    EXPECT_EQ(refusal_of_claims(once.substr(0, once.size() - 1) + "," + std::string{again} + "}"),
              TokenError::invalid_claims)
        << again;
  }
}

TEST_F(TokenVerifierTest, PayloadThatIsNoObject_IsRefused) {
  for (const std::string_view payload : {"", "null", "[]", "\"text\"", "{", "{}", "{}{}", "\xff"}) {
    EXPECT_EQ(refusal_of_claims(payload), TokenError::invalid_claims) << payload;
  }
}

TEST_F(TokenVerifierTest, UnknownClaims_AreIgnored) {
  EXPECT_FALSE(refusal_with("scope", R"("read write")"));
  EXPECT_FALSE(refusal_with("roles", R"(["a","b",1,null])"));
}

TEST_F(TokenVerifierTest, Header_IsCheckedBeforeAnythingElse) {
  const std::string claims = claims_with("jti", "");
  const auto key = load_token_keys(settings_).signing;
  const auto with_header = [&](const std::string& header) {
    std::string compact = to_base64url(header) + "." + to_base64url(claims);
    std::string mac;
    key->append_signature(mac, compact);
    return refusal(compact + "." + to_base64url(mac));
  };
  const std::string kid = R"("kid":")" + std::string{key->kid()} + '"';
  EXPECT_FALSE(with_header(R"({"alg":"HS256","typ":"JWT",)" + kid + "}"));
  EXPECT_EQ(with_header(R"({"alg":"HS256","typ":"JWT"})"), TokenError::unknown_key);
  EXPECT_EQ(with_header(R"({"alg":"HS256","typ":"JWT","kid":"elsewhere"})"), TokenError::unknown_key);
  EXPECT_EQ(with_header(R"({"alg":"HS256",)" + kid + "}"), TokenError::wrong_type);
  EXPECT_EQ(with_header(R"({"alg":"HS256","typ":"reset",)" + kid + "}"), TokenError::wrong_type);
  EXPECT_EQ(with_header(R"({"alg":"none","typ":"JWT",)" + kid + "}"), TokenError::wrong_algorithm);
  EXPECT_EQ(with_header(R"({"alg":"HS256","typ":"JWT","jku":"https://example.com",)" + kid + "}"),
            TokenError::malformed);
}

TEST_F(TokenVerifierTest, TokenAltered_IsRefused) {
  const std::string token = issuer_.issue({42}, {77}, mark, now);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string altered = token;
    altered[i] = token[i] == 'A' ? 'B' : 'A';
    EXPECT_TRUE(refusal(altered)) << i;
    EXPECT_TRUE(refusal(token.substr(0, i))) << i;
  }
  EXPECT_EQ(refusal(token.substr(0, token.rfind('.') + 1)), TokenError::bad_signature);
}

TEST_F(TokenVerifierTest, TextThatIsNoToken_IsMalformed) {
  EXPECT_EQ(refusal(""), TokenError::malformed);
  EXPECT_EQ(refusal("Bearer " + issuer_.issue({1}, {1}, mark, now)), TokenError::malformed);
  EXPECT_EQ(refusal(std::string(1 << 20, 'A')), TokenError::malformed);
  EXPECT_EQ(refusal(std::string(8'000, '.')), TokenError::malformed);
}

/// Tokens of the Express service had no `kid`, `iss`, `aud` or `sid`; they last an hour and are not taken over.
TEST_F(TokenVerifierTest, TokenOfTheExpressService_IsRefused) {
  const jose::HmacKey key{first_secret};
  std::string compact = to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." +
                        to_base64url(R"({"id":1,"iat":1700000000,"exp":1700003600})");
  std::string mac;
  key.append_signature(mac, compact);
  EXPECT_EQ(refusal(compact + "." + to_base64url(mac)), TokenError::unknown_key);
}

TEST_F(TokenVerifierTest, ManyThreads_ShareOneVerifier) {
  const std::string token = issuer_.issue({42}, {77}, mark, now);
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1'000; ++k) {
        const auto claims = verifier_.verify(token, now);
        if (!claims || claims->user != UserId{42}) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::tokens
