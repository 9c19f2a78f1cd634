#include "api/jwks_routes.hpp"

#include <gtest/gtest.h>

#include "jose/jwk.hpp"
#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Method;
using http::Status;

constexpr std::string_view jwks_path = "/.well-known/jwks.json";

class JwksRoutesTest : public ApiFixture {
 protected:
  Reply get_keys(const GivenHeaders& headers = {}) {
    return ask_with(dispatcher_, Method::get, jwks_path, {}, headers);
  }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, JwksRoutesTest, ::testing::Values(testing::sqlite_backend()), testing::backend_name);

TEST_P(JwksRoutesTest, Secrets_AreNeverPublished) {
  const Reply reply = get_keys();
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.body, R"({"keys":[]})");
  EXPECT_TRUE(reply.head.contains("Access-Control-Allow-Origin: *\r\n")) << reply.head;
  EXPECT_TRUE(reply.head.contains("Cache-Control: public, max-age=3600, stale-while-revalidate=600\r\n")) << reply.head;
  EXPECT_FALSE(reply.head.contains("no-store")) << reply.head;
  EXPECT_TRUE(reply.head.contains("X-Content-Type-Options: nosniff\r\n")) << reply.head;
}

TEST_P(JwksRoutesTest, OtherAnswers_AreStillNotToBeKept) {
  get_keys();
  EXPECT_TRUE(ask_with(dispatcher_, Method::get, "/", {}, {}).head.contains("Cache-Control: no-store\r\n"));
}

TEST_P(JwksRoutesTest, KeysOfTheTable_ArePublishedOnceTheThreadTurnsToThem) {
  const jose::AsymmetricKey pair = jose::generate_key(jose::JwsAlgorithm::es256);
  const std::string jwk = jose::public_jwk(pair, jose::thumbprint(pair));
  signing_keys::KeyRing table;
  table.published = {jwk};
  const service::TokenRing ring{settings_, table, random_};
  features_.use(ring);
  EXPECT_EQ(get_keys().body, R"({"keys":[)" + jwk + "]}");
}

TEST_P(JwksRoutesTest, SetThatIsKnown_IsNotSentAgain) {
  const std::string etag{shared_.ring->jwks.etag()};
  const Reply reply = get_keys({{Field::if_none_match, etag}});
  EXPECT_EQ(reply.status, Status::not_modified);
  EXPECT_EQ(reply.body, "");
  EXPECT_TRUE(reply.head.contains("ETag: " + etag + "\r\n")) << reply.head;
  EXPECT_TRUE(reply.head.contains("Cache-Control: public, max-age=3600")) << reply.head;
  EXPECT_FALSE(reply.head.contains("Content-Length")) << reply.head;
  EXPECT_EQ(get_keys({{Field::if_none_match, "\"another\""}}).status, Status::ok);
}

/// An answer without the keys of the table would be cached for an hour.
TEST_P(JwksRoutesTest, BeforeTheTableWasRead_NothingIsPublished) {
  ready_ = false;
  const Reply reply = get_keys();
  EXPECT_EQ(reply.status, Status::service_unavailable);
  EXPECT_TRUE(reply.head.contains("Cache-Control: no-store\r\n"));
  EXPECT_TRUE(reply.head.contains("Retry-After: 1\r\n"));
}

TEST(JwksDocument, AnotherSet_HasAnotherTag) {
  const JwksDocument::Freshness freshness{.max_age = std::chrono::seconds{60},
                                          .stale_while_revalidate = std::chrono::seconds{10}};
  const JwksDocument none{std::vector<std::string>{}, freshness};
  const JwksDocument one{std::vector<std::string>{"{}"}, freshness};
  EXPECT_NE(none.etag(), one.etag());
  EXPECT_EQ(one.body(), R"({"keys":[{}]})");
}

}  // namespace
}  // namespace gatehouse::api
