#include <string>
#include <vector>

#include "dispatcher_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Admission;
using http::Field;
using http::Method;
using http::Status;

using database::Unavailable;

class DispatcherKeysTest : public DispatcherFixture {};

// A refusal counts only if it can be read about later.
TEST_F(DispatcherKeysTest, WrongKey_IsOnRecordBeforeItIsRefused) {
  request_.headers = {};
  request_.headers.add(Field::api_key, "another key");
  ASSERT_EQ(dispatcher_.admit(request_, answer_), Admission::without_body);
  EXPECT_FALSE(answer_.is_sent());
  answer_.reset(request_);
  trail_.on_record = [this] { EXPECT_FALSE(answer_.is_sent()); };
  dispatch();
  EXPECT_EQ(answer_.status(), Status::unauthorized);
  EXPECT_EQ(trail_.notes, std::vector<std::string>{"record: invalid_api_key"});
}

// A key that another replica has just made is unknown at first. The request was then carried out without its body.
TEST_F(DispatcherKeysTest, KeyThatIsKnownOnlyAfterTheBodyWasThrownAway_LetInARequestWithoutIt) {
  request_.method = Method::put;
  request_.headers = {};
  request_.headers.add(Field::api_key, "another key");
  ASSERT_EQ(dispatcher_.admit(request_, answer_), Admission::without_body);
  slow_policy_.verdict =
      Caller{.kind = Caller::Kind::env, .scopes = {Scope::users_read, Scope::users_write}, .name = "another"};
  thing_.on_answer = greet;
  boost::asio::io_context io{1};
  testing::run_task(io, waiting_dispatcher_.finish(request_, answer_));
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_TRUE(trail_.notes.empty());
}

TEST_F(DispatcherKeysTest, RefusalThatCannotBeRecorded_Is503) {
  request_.headers = {};
  request_.headers.add(Field::api_key, "another key");
  trail_.on_record = [] { throw Unavailable{Unavailable::Reason::connection, "gone"}; };
  dispatch();
  EXPECT_EQ(answer_.status(), Status::service_unavailable);
  EXPECT_EQ(failures_, std::vector<std::string>{"test: gone"});
}

TEST_F(DispatcherKeysTest, MissingScope_IsOnRecord) {
  request_.method = Method::put;
  dispatch(waiting_dispatcher_);
  EXPECT_EQ(answer_.status(), Status::forbidden);
  EXPECT_EQ(trail_.notes, std::vector<std::string>{"record: missing_scope users:write"});
}

TEST_F(DispatcherKeysTest, RequestWithoutKey_IsCounted) {
  request_.headers = {};
  ASSERT_EQ(dispatcher_.admit(request_, answer_), Admission::answered);
  EXPECT_EQ(answer_.status(), Status::unauthorized);
  EXPECT_EQ(trail_.notes, std::vector<std::string>{"count: missing_api_key"});
}

TEST_F(DispatcherKeysTest, WrongKeyBeforeTheSchemaIsReady_IsRefusedWithoutARecord) {
  ready_ = false;
  request_.headers = {};
  request_.headers.add(Field::api_key, "another key");
  ASSERT_EQ(dispatcher_.admit(request_, answer_), Admission::answered);
  EXPECT_EQ(answer_.status(), Status::unauthorized);
  EXPECT_TRUE(trail_.notes.empty());
}

TEST_F(DispatcherKeysTest, GoodRequest_LeavesNoNote) {
  thing_.on_answer = greet;
  dispatch();
  EXPECT_TRUE(trail_.notes.empty());
}

}  // namespace
}  // namespace gatehouse::api
