#include "redis/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "support/patience.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::redis {
namespace {

namespace asio = boost::asio;

using boost::system::error_code;
using namespace std::chrono_literals;
using gatehouse::testing::patience;
using gatehouse::testing::run_task;
using gatehouse::testing::run_until;
using ::testing::ElementsAre;

/// The test decides what a server gets and says.
class ScriptedStream final : public Stream {
 public:
  explicit ScriptedStream(asio::io_context& io) : io_(io) {}

  void read(asio::mutable_buffer buffer, Handler handler) override {
    buffer_ = buffer;
    on_read_ = std::move(handler);
    if (!said_.empty()) deliver();
  }
  void write(asio::const_buffer bytes, Handler handler) override {
    written.emplace_back(static_cast<const char*>(bytes.data()), bytes.size());
    complete(std::move(handler), {}, bytes.size());
  }
  void close() noexcept override {
    if (on_read_) complete(std::exchange(on_read_, nullptr), asio::error::operation_aborted, 0);
  }

  void say(std::string_view bytes) {
    said_ += bytes;
    if (on_read_) deliver();
  }
  void end(error_code error) { complete(std::exchange(on_read_, nullptr), error, 0); }

  std::vector<std::string> written;

 private:
  void deliver() {
    const std::size_t size = std::min(said_.size(), buffer_.size());
    std::memcpy(buffer_.data(), said_.data(), size);
    said_.erase(0, size);
    complete(std::exchange(on_read_, nullptr), {}, size);
  }
  void complete(Handler handler, error_code error, std::size_t bytes) {
    asio::post(io_, [handler = std::move(handler), error, bytes]() mutable { handler(error, bytes); });
  }

  asio::io_context& io_;
  asio::mutable_buffer buffer_;
  Handler on_read_;
  std::string said_;
};

class RedisConnectionTest : public ::testing::Test {
 protected:
  RedisConnectionTest() { connection_->start(); }
  ~RedisConnectionTest() override {
    connection_->close("the test ends");
    io_.poll();
  }

  /// The answers arrive in `answers_`, each with the name of its question.
  void ask(std::string name, std::chrono::milliseconds at_most = patience) {
    ++asked_;
    asio::co_spawn(io_, note(std::move(name), at_most), asio::detached);
    io_.restart();
    io_.poll();
  }
  Task<> note(std::string name, std::chrono::milliseconds at_most) {
    std::string command = name + ';';
    const auto reply = co_await connection_->ask(std::move(command), at_most);
    answers_.push_back(name + '=' + (reply ? reply->text + std::to_string(reply->integer) : "nothing"));
  }
  bool all_answered() {
    return run_until(io_, [this] { return answers_.size() == asked_; });
  }

  asio::io_context io_{1};
  const std::shared_ptr<ScriptedStream> stream_ = std::make_shared<ScriptedStream>(io_);
  const std::shared_ptr<Connection> connection_ = std::make_shared<Connection>(stream_, io_.get_executor());
  std::vector<std::string> answers_;
  std::size_t asked_ = 0;
};

TEST_F(RedisConnectionTest, CommandsOnTheirWay_AreAnsweredInTheirOrder) {
  ask("a");
  ask("b");
  connection_->tell("c;");
  ask("d");
  stream_->say(":1\r\n+t");
  stream_->say("wo\r\n:3\r\n-ERR four\r\n");
  ASSERT_TRUE(all_answered());
  EXPECT_THAT(answers_, ElementsAre("a=1", "b=two0", "d=ERR four0"));
  EXPECT_TRUE(connection_->is_open());
}

TEST_F(RedisConnectionTest, CommandsOfOneTurnAndThoseThatComeDuringAWrite_GoTogether) {
  for (const char* command : {"a;", "b;"}) connection_->tell(command);
  io_.poll_one();
  ASSERT_THAT(stream_->written, ElementsAre("a;b;")) << "and its end has not been heard of";
  for (const char* command : {"c;", "d;"}) connection_->tell(command);
  io_.poll();
  EXPECT_THAT(stream_->written, ElementsAre("a;b;", "c;d;"));
}

TEST_F(RedisConnectionTest, LateAnswer_EndsTheConnectionForAllWhoWait) {
  ask("patient");
  ask("hurried", 1ms);
  ASSERT_TRUE(all_answered());
  EXPECT_THAT(answers_, ElementsAre("patient=nothing", "hurried=nothing"));
  EXPECT_EQ(connection_->reason(), "no answer within 1 ms");
  ask("afterwards");
  ASSERT_TRUE(all_answered());
  EXPECT_EQ(answers_.back(), "afterwards=nothing");
}

TEST_F(RedisConnectionTest, WhoIsCancelled_GoesOnAndTheOthersKeepTheirAnswers) {
  asio::cancellation_signal cancellation;
  ++asked_;
  asio::co_spawn(io_, note("cancelled", patience), asio::bind_cancellation_slot(cancellation.slot(), asio::detached));
  io_.poll();
  ask("b");
  cancellation.emit(asio::cancellation_type::terminal);
  io_.restart();
  io_.poll();
  EXPECT_THAT(answers_, ElementsAre("cancelled=nothing"));
  stream_->say(":1\r\n:2\r\n");
  ASSERT_TRUE(all_answered());
  EXPECT_EQ(answers_.back(), "b=2");
  EXPECT_TRUE(connection_->is_open());
}

TEST_F(RedisConnectionTest, EndOfTheServer_IsToldToAllWhoWait) {
  ask("a");
  stream_->end(asio::error::eof);
  ASSERT_TRUE(all_answered());
  EXPECT_THAT(answers_, ElementsAre("a=nothing"));
  EXPECT_EQ(connection_->reason(), "it closed the connection");
  run_task(io_, connection_->wait_for_end(patience));
}

TEST_F(RedisConnectionTest, WhatIsNoAnswer_EndsTheConnection) {
  ask("a");
  stream_->say("SSH-2.0-OpenSSH_9.2p1\r\n");
  ASSERT_TRUE(all_answered());
  EXPECT_TRUE(connection_->reason().starts_with("it does not speak Redis's protocol"));
}

TEST_F(RedisConnectionTest, AnswerThatNobodyAskedFor_EndsTheConnectionAndIsItsReasonIfItIsAnError) {
  stream_->say("-ERR max number of clients reached\r\n");
  ASSERT_TRUE(run_until(io_, [this] { return !connection_->is_open(); }));
  EXPECT_EQ(connection_->reason(), "ERR max number of clients reached");
}

TEST_F(RedisConnectionTest, FullPipeline_TakesNoMore) {
  for (std::size_t i = 0; i < Connection::pipeline_max; ++i) connection_->tell("x");
  ask("one too many");
  ASSERT_TRUE(all_answered());
  EXPECT_THAT(answers_, ElementsAre("one too many=nothing"));
  EXPECT_TRUE(connection_->is_open());
}

TEST_F(RedisConnectionTest, End_IsNotAwaitedForLongerThanAsked) {
  run_task(io_, connection_->wait_for_end(1ms));
  EXPECT_TRUE(connection_->is_open());
}

}  // namespace
}  // namespace gatehouse::redis
