#include "api/revocation_routes.hpp"

#include <gmock/gmock.h>

#include <string>

#include "api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Method;
using http::Status;
using ::testing::HasSubstr;

class RevocationRoutesTest : public ApiFixture {
 protected:
  RevocationRoutesTest() { clock_.set(SystemClock{}.now()); }  // triggers take the database's clock

  static std::string cursor_of(const Reply& reply) {
    const auto begin = reply.body.find(R"("cursor":")") + 10;
    return reply.body.substr(begin, reply.body.find('"', begin) - begin);
  }
  Reply snapshot() { return get("/revocations/snapshot"); }
  Reply follow(const std::string& cursor, GivenHeaders headers = {}) {
    headers.emplace_back(Field::api_key, "the key");
    return ask_with(dispatcher_, Method::get, "/revocations?after=" + cursor, {}, headers);
  }
  void remove_user() { backend_->run_beside("DELETE FROM users"); }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, RevocationRoutesTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(RevocationRoutesTest, Snapshot_SaysWhatIsRevokedAndUntilWhen) {
  const std::string nothing = snapshot().body;  // in chunks
  EXPECT_THAT(nothing, HasSubstr(R"({"cursor":")"));
  EXPECT_THAT(nothing, HasSubstr(R"(Z","revocations":[]})"));
  create("ada@example.com", "analytical engine");
  remove_user();
  const Reply reply = snapshot();
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.body.contains(R"("revocations":[{"kind":"user","id":1,"until":")")) << reply.body;
}

TEST_P(RevocationRoutesTest, Reader_GetsWhatIsBehindItsCursor) {
  create("ada@example.com", "analytical engine");
  const std::string before = cursor_of(snapshot());
  EXPECT_TRUE(follow(before).body.ends_with(R"("revocations":[]})"));
  remove_user();
  const Reply news = follow(before);
  EXPECT_EQ(news.status, Status::ok);
  EXPECT_TRUE(news.body.contains(R"("revocations":[{"kind":"user","id":1,"until":")")) << news.body;
  EXPECT_TRUE(follow(cursor_of(news)).body.ends_with(R"("revocations":[]})"));
}

TEST_P(RevocationRoutesTest, WhatIsNoCursor_IsRefused) {
  for (const std::string cursor : {"x", "AAAA", "%20"}) {
    const Reply reply = follow(cursor);
    EXPECT_EQ(reply.status, Status::bad_request) << cursor;
    EXPECT_TRUE(reply.body.contains(R"("code":"invalid_cursor")")) << reply.body;
  }
  const Reply nothing = get("/revocations");
  EXPECT_EQ(nothing.status, Status::bad_request);
  EXPECT_TRUE(nothing.body.contains(R"("code":"validation_failed")")) << nothing.body;
}

TEST_P(RevocationRoutesTest, CursorThatTheLogDoesNotKnow_IsTooOld) {
  create("ada@example.com", "analytical engine");
  remove_user();
  const std::string behind = cursor_of(snapshot());
  run_script("DELETE FROM revocations; UPDATE revocation_order SET last_position = 0");
  const Reply reply = follow(behind);
  EXPECT_EQ(reply.status, Status::gone);
  EXPECT_TRUE(reply.body.contains(R"("code":"cursor_too_old")")) << reply.body;
}

TEST_P(RevocationRoutesTest, CursorOfTheSecretBefore_IsGood) {
  std::vector<SecretString> secrets;
  secrets.emplace_back("the secret before, 32 bytes long!");
  const RevocationCursor before{secrets};
  const std::string text = before.write({.position = 7, .at = clock_.now()}, random_);
  secrets.insert(secrets.begin(), SecretString{"the secret after, 32 bytes long.."});
  const RevocationCursor after{secrets};
  EXPECT_EQ(after.read(text), (revocations::Place{.position = 7, .at = clock_.now()}));
  EXPECT_FALSE(before.read(after.write({.position = 7, .at = clock_.now()}, random_)));
}

TEST_P(RevocationRoutesTest, LastEventId_GoesBeforeTheAddress) {
  create("ada@example.com", "analytical engine");
  const std::string before = cursor_of(snapshot());
  remove_user();
  const std::string behind = cursor_of(snapshot());
  EXPECT_TRUE(follow(before, {{Field::last_event_id, behind}}).body.ends_with(R"("revocations":[]})"));
  EXPECT_TRUE(follow(behind, {{Field::last_event_id, before}}).body.contains(R"("id":1)"));
}

TEST_P(RevocationRoutesTest, WhoeverWaits_GetsWhatIsThereAtOnce) {
  create("ada@example.com", "analytical engine");
  const std::string before = cursor_of(snapshot());
  remove_user();
  EXPECT_TRUE(get("/revocations?wait=30&after=" + before).body.contains(R"("id":1)"));
}

TEST_P(RevocationRoutesTest, Readers_NeedTheirScope) {
  for (const std::string target : {"/revocations", "/revocations/snapshot"}) {
    EXPECT_EQ(ask_with(dispatcher_, Method::get, target, {}, {}).status, Status::unauthorized) << target;
  }
}

}  // namespace
}  // namespace gatehouse::api
