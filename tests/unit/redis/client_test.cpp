#include "redis/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "redis/command.hpp"
#include "redis/trial.hpp"
#include "runtime/socket_reactor.hpp"
#include "runtime/task_group.hpp"
#include "scripted_redis.hpp"
#include "support/patience.hpp"
#include "support/reserved_port.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::redis {
namespace {

using namespace std::chrono_literals;
using gatehouse::testing::patience;
using gatehouse::testing::run_task;
using gatehouse::testing::run_until;
using ::testing::Contains;
using ::testing::ElementsAre;

std::string command_of(std::string_view word) { return to_command({&word, 1}); }

std::string always_ok(const std::string& /*command*/) { return "+OK\r\n"; }

class RedisClientTest : public ::testing::Test {
 protected:
  RedisClientTest() { settings_.timeout = patience; }
  ~RedisClientTest() override {
    background_.cancel();
    server_.hang_up();
    run_until(io_, [this] { return background_.is_empty(); });
  }

  Client& client() {
    if (client_) return *client_;
    if (settings_.servers.empty()) settings_.servers = {{"127.0.0.1", server_.port()}};
    client_ = std::make_unique<Client>(
        Client::Parts{.settings = settings_,
                      .reach = reach_,
                      .probe = command_of("PROBE"),
                      .seed = 7,
                      .on_change = [this](std::string_view reason) { changes_.emplace_back(reason); },
                      .subscription = subscription_});
    background_.spawn(client_->keep());
    return *client_;
  }
  bool is_reached() {
    client();
    return run_until(io_, [this] { return reach_.is_up(); });
  }
  bool is_told(const std::string& reason) {
    client();
    return run_until(io_, [&] { return std::ranges::find(changes_, reason) != changes_.end(); });
  }
  std::optional<Reply> ask(std::string_view word) { return run_task(io_, client().ask(command_of(word))); }

  boost::asio::io_context io_{1};
  runtime::SocketReactor& reactor_ = boost::asio::use_service<runtime::SocketReactor>(io_);
  ScriptedRedis server_{io_, always_ok};
  RedisSettings settings_;
  Reach reach_;
  std::vector<std::string> changes_;
  std::optional<Client::Subscription> subscription_;
  std::unique_ptr<Client> client_;
  runtime::TaskGroup background_{io_, [](std::string_view what) { ADD_FAILURE() << what; }};
};

TEST_F(RedisClientTest, BeforeItIsReached_ThereIsNoAnswerAtOnce) {
  EXPECT_FALSE(ask("GET"));
  EXPECT_FALSE(reach_.is_up());
}

constexpr const char* subscribed_reply = "*3\r\n$9\r\nsubscribe\r\n$4\r\nbell\r\n:1\r\n";
constexpr const char* message_reply = "*3\r\n$7\r\nmessage\r\n$4\r\nbell\r\n$0\r\n\r\n";

TEST_F(RedisClientTest, Subscription_IsMadeAnewOnEachConnection_AndHearsMessages) {
  int messages = 0;
  subscription_ = Client::Subscription{.channel = [] { return "bell"; }, .on_message = [&] { ++messages; }};
  server_.answer_by([](const std::string& command) {
    return command == "SUBSCRIBE bell" ? std::string{subscribed_reply} + message_reply : "+PONG\r\n";
  });
  ASSERT_TRUE(is_reached());
  EXPECT_THAT(server_.commands, ElementsAre("PROBE", "PROBE", "SUBSCRIBE bell"));
  EXPECT_TRUE(run_until(io_, [&] { return messages == 1; }));
  server_.hang_up();
  EXPECT_TRUE(run_until(io_, [&] { return messages == 2; }));
}

TEST_F(RedisClientTest, RefusedSubscription_IsTold_AndTriedAgain) {
  subscription_ = Client::Subscription{.channel = [] { return "bell"; }, .on_message = [] {}};
  server_.answer_by(
      [](const std::string& command) { return command == "SUBSCRIBE bell" ? "-NOPERM no channels\r\n" : "+PONG\r\n"; });
  EXPECT_TRUE(is_told("NOPERM no channels"));
  server_.answer_by(
      [](const std::string& command) { return command == "SUBSCRIBE bell" ? subscribed_reply : "+PONG\r\n"; });
  EXPECT_TRUE(is_reached());
}

TEST_F(RedisClientTest, AnotherChannel_IsSubscribedTo) {
  std::string channel = "bell";
  subscription_ = Client::Subscription{.channel = [&] { return channel; }, .on_message = [] {}};
  server_.answer_by(
      [](const std::string& command) { return command.starts_with("SUBSCRIBE") ? subscribed_reply : "+PONG\r\n"; });
  ASSERT_TRUE(is_reached());
  channel = "gong";
  EXPECT_TRUE(
      run_until(io_, [&] { return std::ranges::find(server_.commands, "SUBSCRIBE gong") != server_.commands.end(); }));
}

TEST_F(RedisClientTest, Connection_LogsInChoosesADatabaseAndProves) {
  settings_.user = "gate";
  settings_.password = SecretString{"a secret"};
  settings_.database = 3;
  ASSERT_TRUE(is_reached());
  EXPECT_THAT(server_.commands, ElementsAre("AUTH gate a secret", "SELECT 3", "PROBE", "PROBE"));
  EXPECT_THAT(changes_, ElementsAre(""));
  EXPECT_EQ(ask("GET").value().text, "OK");
}

TEST_F(RedisClientTest, RefusedLogin_IsTheReasonAndToldOnce) {
  settings_.password = SecretString{"wrong"};
  server_.answer_by([](const std::string& command) {
    return command.starts_with("AUTH") ? "-WRONGPASS invalid username-password pair\r\n" : "+OK\r\n";
  });
  ASSERT_TRUE(is_told("WRONGPASS invalid username-password pair"));
  ASSERT_TRUE(run_until(io_, [this] { return server_.commands.size() == 3; }));
  EXPECT_EQ(changes_.size(), 1U);
  EXPECT_FALSE(ask("GET"));
}

TEST_F(RedisClientTest, ServerThatDoesNotKnowAuth_DoesNotPutThePasswordIntoTheReason) {
  settings_.password = SecretString{"a secret"};
  server_.answer_by(
      [](const std::string&) { return "-ERR unknown command 'AUTH', with args beginning with: 'a secret' \r\n"; });
  EXPECT_TRUE(is_told("ERR unknown command 'AUTH'"));
}

TEST_F(RedisClientTest, ServerThatCannotDoWhatIsNeeded_IsNotUsed) {
  server_.answer_by([](const std::string&) { return "-READONLY You can't write against a read only replica.\r\n"; });
  ASSERT_TRUE(is_told("READONLY You can't write against a read only replica."));
  EXPECT_FALSE(reach_.is_up());
  server_.answer_by(always_ok);
  EXPECT_TRUE(is_reached());
}

TEST_F(RedisClientTest, EndOfTheConnection_IsToldAndFollowedByAnother) {
  ASSERT_TRUE(is_reached());
  server_.hang_up();
  ASSERT_TRUE(is_told("it closed the connection"));
  ASSERT_TRUE(is_reached());
  EXPECT_THAT(changes_, ElementsAre("", "it closed the connection", ""));
  EXPECT_TRUE(ask("GET"));
}

TEST_F(RedisClientTest, LateAnswer_IsNoneAndTheServerIsAway) {
  ASSERT_TRUE(is_reached());
  server_.answer_by([](const std::string&) { return ""; });
  settings_.timeout = 1ms;
  EXPECT_FALSE(ask("GET"));
  EXPECT_FALSE(ask("GET"));
  EXPECT_TRUE(is_told("no answer within 1 ms"));
}

TEST_F(RedisClientTest, ServerThatFallsSilent_IsFoundOutWithoutARequest) {
  ASSERT_TRUE(is_reached());
  server_.answer_by([](const std::string&) { return ""; });
  EXPECT_TRUE(is_told("no answer within 1000 ms"));
}

TEST_F(RedisClientTest, ServerThatIsGivenUp_IsConnectedToAnew) {
  ASSERT_TRUE(is_reached());
  client().give_up("NOPERM");
  EXPECT_FALSE(ask("GET"));
  EXPECT_TRUE(is_told("NOPERM"));
  EXPECT_TRUE(is_reached());
}

TEST_F(RedisClientTest, NobodyThere_IsTheReason) {
  const gatehouse::testing::ReservedPort nobody;
  settings_.servers = {{"127.0.0.1", nobody.number()}};
  EXPECT_TRUE(is_told("Connection refused"));
}

TEST_F(RedisClientTest, Sentinel_IsAskedForTheMaster) {
  const gatehouse::testing::ReservedPort nobody;
  const std::string port = std::to_string(server_.port());
  ScriptedRedis sentinel{io_, [port](const std::string&) {
                           return "*2\r\n$9\r\n127.0.0.1\r\n$" + std::to_string(port.size()) + "\r\n" + port + "\r\n";
                         }};
  settings_.servers = {{"127.0.0.1", nobody.number()}, {"127.0.0.1", sentinel.port()}};
  settings_.master = "main";
  server_.answer_by([](const std::string& command) { return command == "ROLE" ? "*1\r\n$5\r\nslave\r\n" : "+OK\r\n"; });
  ASSERT_TRUE(is_told("Sentinel names a server that is no longer a master"));
  server_.answer_by(
      [](const std::string& command) { return command == "ROLE" ? "*1\r\n$6\r\nmaster\r\n" : "+OK\r\n"; });
  ASSERT_TRUE(is_reached());
  EXPECT_THAT(sentinel.commands, Contains("SENTINEL get-master-addr-by-name main"));
  sentinel.hang_up();
}

TEST_F(RedisClientTest, SentinelsThatKnowNothing_AreTheReason) {
  server_.answer_by([](const std::string&) { return "*-1\r\n"; });
  settings_.master = "main";
  EXPECT_TRUE(is_told("no Sentinel knows a master by the name main"));
}

TEST(RedisReach, Outage_IsToldOnceForAllLoops) {
  Reach reach;
  reach.add_loop();
  reach.add_loop();
  EXPECT_FALSE(reach.gain());
  EXPECT_FALSE(reach.is_up());
  EXPECT_TRUE(reach.gain());
  EXPECT_TRUE(reach.is_up());
  EXPECT_TRUE(reach.lose(true, "away"));
  EXPECT_FALSE(reach.lose(true, "away"));
  EXPECT_TRUE(reach.lose(false, "slow"));
  EXPECT_FALSE(reach.gain());
  EXPECT_TRUE(reach.gain());
  EXPECT_TRUE(reach.lose(true, "away"));
}

TEST(RedisTrial, NobodyThere_IsTheReason) {
  const gatehouse::testing::ReservedPort nobody;
  RedisSettings settings;
  settings.servers = {{"127.0.0.1", nobody.number()}};
  EXPECT_EQ(try_out(settings, command_of("PROBE")).error(), "Connection refused");
}

}  // namespace
}  // namespace gatehouse::redis
