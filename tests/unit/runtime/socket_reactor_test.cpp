#include "runtime/socket_reactor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <deque>
#include <new>
#include <optional>
#include <thread>

#include "runtime/steady_timer.hpp"
#include "runtime/tcp_socket.hpp"
#include "support/patience.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

std::array<int, 2> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::bad_alloc();
  return ends;
}

class SocketReactorTest : public ::testing::Test {
 protected:
  /// A socket that has something to read, and waits for it.
  struct Ready {
    Ready(SocketReactorTest& test, std::array<int, 2> ends)
        : socket(std::in_place, test.io_.get_executor(), ends[0]), peer(ends[1]) {
      EXPECT_EQ(::send(peer, "x", 1, MSG_NOSIGNAL), 1);
      socket->async_read_some(asio::buffer(buffer), [&test](ErrorCode error, std::size_t) {
        if (!error) ++test.served_;
      });
    }
    ~Ready() { ::close(peer); }
    Ready(const Ready&) = delete;
    Ready& operator=(const Ready&) = delete;

    std::optional<TcpSocket> socket;
    int peer;
    std::array<char, 8> buffer{};
  };

  /// Asio's own epoll descriptor is ready once at first.
  void SetUp() override { io_.poll(); }

  void make_ready(int count) {
    for (int i = 0; i < count; ++i) sockets_.emplace_back(*this, socket_pair());
  }

  asio::io_context io_{1};
  SocketReactor& reactor_ = asio::use_service<SocketReactor>(io_);
  std::size_t served_ = 0;
  std::deque<Ready> sockets_;
};

TEST_F(SocketReactorTest, LoopThatWaits_IsWokenByAPostFromAnotherThread) {
  bool ran = false;
  std::thread other([&] { asio::post(io_, [&] { ran = true; }); });
  EXPECT_EQ(io_.run_one_for(testing::patience), 1U);
  other.join();
  EXPECT_TRUE(ran);
}

TEST_F(SocketReactorTest, LoopThatWaits_IsEndedByAStopFromAnotherThread) {
  std::thread other([&] { io_.stop(); });
  io_.run();
  other.join();
  EXPECT_TRUE(io_.stopped());
}

TEST_F(SocketReactorTest, LoopThatWaits_ServesTimers) {
  SteadyTimer timer(io_.get_executor(), std::chrono::milliseconds{5});
  bool expired = false;
  timer.async_wait([&](ErrorCode) { expired = true; });
  EXPECT_TRUE(testing::run_until(io_, [&] { return expired; }));
}

TEST_F(SocketReactorTest, LoopThatWaits_ServesAsiosDescriptors) {
  const std::array<int, 2> ends = socket_pair();
  Descriptor ours(io_.get_executor(), ends[0]);
  Descriptor theirs(io_.get_executor(), ends[1]);
  bool ready = false;
  ours.async_wait(Descriptor::wait_read, [&](ErrorCode) { ready = true; });
  io_.poll();
  EXPECT_FALSE(ready);
  ASSERT_EQ(::send(ends[1], "x", 1, MSG_NOSIGNAL), 1);
  EXPECT_TRUE(testing::run_until(io_, [&] { return ready; }));
}

TEST_F(SocketReactorTest, AsiosDescriptors_AreServedWhileSocketsAreAlwaysReady) {
  constexpr int sockets = 200;  // more than one turn holds
  struct Busy {
    Busy(asio::io_context& io, std::array<int, 2> ends) : socket(io.get_executor(), ends[0]), peer(ends[1]) { go_on(); }
    ~Busy() { ::close(peer); }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;
    void go_on() {
      EXPECT_EQ(::send(peer, "x", 1, MSG_NOSIGNAL), 1);
      socket.async_read_some(asio::buffer(buffer), [this](ErrorCode error, std::size_t) {
        if (!error) go_on();
      });
    }
    TcpSocket socket;
    int peer;
    std::array<char, 8> buffer{};
  };
  std::deque<Busy> busy;
  for (int i = 0; i < sockets; ++i) busy.emplace_back(io_, socket_pair());
  SteadyTimer timer(io_.get_executor(), std::chrono::milliseconds{5});
  bool expired = false;
  timer.async_wait([&](ErrorCode) { expired = true; });
  EXPECT_TRUE(testing::run_until(io_, [&] { return expired; }));
}

TEST_F(SocketReactorTest, ReadySockets_AreServedInOneTurn) {
  make_ready(40);
  EXPECT_EQ(io_.run_one(), 1U);
  EXPECT_EQ(served_, 40U);
}

TEST_F(SocketReactorTest, ReadySockets_AreServedInShortTurnsWhileARequestWaits) {
  make_ready(40);
  reactor_.add_waiting_request();
  io_.run_one();
  EXPECT_EQ(served_, 16U);
  reactor_.remove_waiting_request();
  io_.run_one();
  EXPECT_EQ(served_, 40U);
}

TEST_F(SocketReactorTest, HandlerBetweenTheWaitAndTheTurn_MayDestroyAReadySocket) {
  make_ready(2);
  io_.restart();
  // It is in the queue after the wait, and before what the wait finds.
  asio::post(io_, [&] { sockets_.pop_front(); });
  io_.poll();
  EXPECT_EQ(served_, 1U);
}

TEST(SocketReactorLife, LoopOnWhichSomethingWaitsAlready_IsRefused) {
  asio::io_context io{1};
  const SteadyTimer timer(io.get_executor());
  EXPECT_THROW(asio::use_service<SocketReactor>(io), asio::service_already_exists);
}

}  // namespace
}  // namespace gatehouse::runtime
