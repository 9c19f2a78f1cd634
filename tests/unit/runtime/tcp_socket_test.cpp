#include "runtime/tcp_socket.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>

#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

/// The other end of a socket: blocking, driven by the test itself.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer() { close(); }

  void send(std::string_view text) const {
    ASSERT_EQ(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  [[nodiscard]] std::size_t receive_some() const {
    std::array<char, 64 * 1024> buffer{};
    const ssize_t received = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    return received < 0 ? 0 : static_cast<std::size_t>(received);
  }
  void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_;
};

/// A socket of an io_context with its peer.
struct Pair {
  explicit Pair(asio::io_context& io) : Pair(io, descriptors()) {}

  std::optional<TcpSocket> socket;
  Peer peer;

 private:
  Pair(asio::io_context& io, std::array<int, 2> ends)
      : socket(std::in_place, io.get_executor(), ends[0]), peer(ends[1]) {}

  static std::array<int, 2> descriptors() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::bad_alloc();
    return ends;
  }
};

struct Outcome {
  bool done = false;
  ErrorCode error;
  std::size_t bytes = 0;
};

class TcpSocketTest : public ::testing::Test {
 protected:
  auto into(Outcome& outcome) {
    return [&outcome](ErrorCode error, std::size_t bytes) { outcome = {true, error, bytes}; };
  }
  bool finishes(const Outcome& outcome) {
    return testing::run_until(io_, [&] { return outcome.done; });
  }
  /// Runs everything that is ready now.
  void turn() {
    io_.restart();
    io_.poll();
  }

  asio::io_context io_{1};
  std::array<char, 16> buffer_{};
};

TEST_F(TcpSocketTest, Read_WaitsUntilThereIsSomething) {
  Pair pair{io_};
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  turn();
  EXPECT_FALSE(read.done);
  pair.peer.send("hello");
  ASSERT_TRUE(finishes(read));
  EXPECT_FALSE(read.error);
  EXPECT_EQ(std::string_view(buffer_.data(), read.bytes), "hello");
}

TEST_F(TcpSocketTest, Read_SomethingIsThereAlready_HandlerRunsLaterNotInsideTheCall) {
  Pair pair{io_};
  pair.peer.send("hello");
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  EXPECT_FALSE(read.done);
  EXPECT_TRUE(finishes(read));
}

TEST_F(TcpSocketTest, Read_IntoNoBytes_FinishesWithoutWaiting) {
  Pair pair{io_};
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_.data(), 0), into(read));
  EXPECT_FALSE(read.done);
  ASSERT_TRUE(finishes(read));
  EXPECT_FALSE(read.error);
  EXPECT_EQ(read.bytes, 0U);
}

TEST_F(TcpSocketTest, Read_MoreThanTheBufferHolds_TheRestComesWithTheNextRead) {
  Pair pair{io_};
  pair.peer.send("0123456789abcdefrest");
  Outcome first;
  pair.socket->async_read_some(asio::buffer(buffer_), into(first));
  ASSERT_TRUE(finishes(first));
  EXPECT_EQ(first.bytes, buffer_.size());
  Outcome second;
  pair.socket->async_read_some(asio::buffer(buffer_), into(second));
  ASSERT_TRUE(finishes(second));
  EXPECT_EQ(std::string_view(buffer_.data(), second.bytes), "rest");
}

TEST_F(TcpSocketTest, Read_DataAndEndArriveTogether_BothAreSeen) {
  Pair pair{io_};
  pair.peer.send("last words");
  pair.peer.end_sending();
  Outcome data;
  pair.socket->async_read_some(asio::buffer(buffer_), into(data));
  ASSERT_TRUE(finishes(data));
  EXPECT_EQ(data.bytes, 10U);
  Outcome end;
  pair.socket->async_read_some(asio::buffer(buffer_), into(end));
  ASSERT_TRUE(finishes(end));
  EXPECT_EQ(end.error, asio::error::eof);
}

TEST_F(TcpSocketTest, HasUnread_FromItsArrivalUntilItIsRead) {
  Pair pair{io_};
  EXPECT_FALSE(pair.socket->has_unread());
  pair.peer.send("hello");
  EXPECT_TRUE(pair.socket->has_unread());
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  ASSERT_TRUE(finishes(read));
  EXPECT_FALSE(pair.socket->has_unread());
  pair.peer.close();
  EXPECT_FALSE(pair.socket->has_unread());
  pair.socket->close();
  EXPECT_FALSE(pair.socket->has_unread());
}

TEST_F(TcpSocketTest, EndToken_PeerGoesWhileNobodyReads_IsAskedToStop) {
  Pair pair{io_};
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  pair.peer.send("request");
  ASSERT_TRUE(finishes(read));
  const std::stop_token gone = pair.socket->end_token();
  EXPECT_FALSE(gone.stop_requested());
  pair.peer.close();
  EXPECT_TRUE(testing::run_until(io_, [&] { return gone.stop_requested(); }));
}

TEST_F(TcpSocketTest, EndToken_EndCameWithTheRequest_IsAskedToStopAtOnce) {
  Pair pair{io_};
  pair.peer.send("request");
  pair.peer.close();
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  ASSERT_TRUE(finishes(read));
  EXPECT_TRUE(pair.socket->end_token().stop_requested());
}

TEST_F(TcpSocketTest, EndToken_SocketIsClosedHere_IsAskedToStop) {
  Pair pair{io_};
  const std::stop_token gone = pair.socket->end_token();
  pair.socket->close();
  EXPECT_TRUE(gone.stop_requested());
}

/// The kernel reports an arrival once. A read that leaves something behind must not wait for another arrival.
TEST_F(TcpSocketTest, Read_SmallBuffer_TakesAllOfOneArrivalBitByBit) {
  Pair pair{io_};
  pair.peer.send("0123456789");
  std::array<char, 3> small{};
  std::string taken;
  while (taken.size() < 10) {
    Outcome read;
    pair.socket->async_read_some(asio::buffer(small), into(read));
    ASSERT_TRUE(finishes(read));
    taken.append(small.data(), read.bytes);
  }
  EXPECT_EQ(taken, "0123456789");
}

TEST_F(TcpSocketTest, NobodyReads_ReadyOrEndedSocketCausesNoWork_AndTheNextReadGetsIt) {
  Pair pair{io_};
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  pair.peer.send("1");
  ASSERT_TRUE(finishes(read));
  pair.peer.send("2");
  pair.peer.close();
  turn();
  io_.restart();
  EXPECT_EQ(io_.run_one_for(std::chrono::milliseconds{20}), 0U) << "the loop turns although there is nothing to do";
  Outcome next;
  pair.socket->async_read_some(asio::buffer(buffer_), into(next));
  ASSERT_TRUE(finishes(next));
  EXPECT_EQ(std::string_view(buffer_.data(), next.bytes), "2");
}

TEST_F(TcpSocketTest, Write_MoreThanTheKernelTakes_GoesOnAsThePeerReads) {
  Pair pair{io_};
  const std::string much(4 << 20, 'x');
  Outcome write;
  asio::async_write(*pair.socket, asio::buffer(much), into(write));
  std::size_t received = 0;
  ASSERT_TRUE(testing::run_until(io_, [&] {
    received += pair.peer.receive_some();
    return write.done;
  }));
  EXPECT_FALSE(write.error);
  EXPECT_EQ(write.bytes, much.size());
  while (const auto rest = pair.peer.receive_some()) received += rest;
  EXPECT_EQ(received, much.size());
}

TEST_F(TcpSocketTest, Write_PeerIsGone_FailsWithoutASignal) {
  Pair pair{io_};
  pair.peer.close();
  Outcome write;
  asio::async_write(*pair.socket, asio::buffer("x", 1), into(write));
  ASSERT_TRUE(finishes(write));
  EXPECT_EQ(write.error, asio::error::broken_pipe);
}

TEST_F(TcpSocketTest, WriteSome_NoRoom_IsWouldBlock) {
  Pair pair{io_};
  const std::string much(1 << 20, 'x');
  ErrorCode error;
  while (!error) pair.socket->write_some(asio::buffer(much), error);
  EXPECT_EQ(error, asio::error::would_block);
}

TEST_F(TcpSocketTest, ReadAndWriteAtOnce_BothFinish) {
  Pair pair{io_};
  const std::string much(4 << 20, 'x');
  Outcome read;
  Outcome write;
  asio::async_write(*pair.socket, asio::buffer(much), into(write));
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  pair.peer.send("hello");
  ASSERT_TRUE(finishes(read));
  EXPECT_FALSE(write.done);
  EXPECT_TRUE(testing::run_until(io_, [&] {
    (void)pair.peer.receive_some();
    return write.done;
  }));
}

TEST_F(TcpSocketTest, Cancel_EndsThePendingRead_AndTheSocketGoesOn) {
  Pair pair{io_};
  Outcome cancelled;
  pair.socket->async_read_some(asio::buffer(buffer_), into(cancelled));
  pair.socket->cancel();
  EXPECT_FALSE(cancelled.done);
  ASSERT_TRUE(finishes(cancelled));
  EXPECT_EQ(cancelled.error, asio::error::operation_aborted);
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  pair.peer.send("hello");
  ASSERT_TRUE(finishes(read));
  EXPECT_FALSE(read.error);
}

TEST_F(TcpSocketTest, Close_EndsThePendingRead_AndLaterOperationsFail) {
  Pair pair{io_};
  Outcome pending;
  pair.socket->async_read_some(asio::buffer(buffer_), into(pending));
  pair.socket->close();
  EXPECT_FALSE(pair.socket->is_open());
  ASSERT_TRUE(finishes(pending));
  EXPECT_EQ(pending.error, asio::error::operation_aborted);
  Outcome read;
  pair.socket->async_read_some(asio::buffer(buffer_), into(read));
  ASSERT_TRUE(finishes(read));
  EXPECT_EQ(read.error, asio::error::bad_descriptor);
  Outcome write;
  pair.socket->async_write_some(asio::buffer("x", 1), into(write));
  ASSERT_TRUE(finishes(write));
  EXPECT_EQ(write.error, asio::error::bad_descriptor);
}

TEST_F(TcpSocketTest, HandlerDestroysItsOwnSocket_AndOthersOfTheSameBatch) {
  Pair first{io_};
  Pair second{io_};
  Pair third{io_};
  int calls = 0;
  std::array<char, 16> others{};
  for (Pair* pair : {&first, &second, &third}) {
    pair->socket->async_read_some(asio::buffer(others), [&](ErrorCode error, std::size_t) {
      if (!error) ++calls;
      first.socket.reset();
      second.socket.reset();
      third.socket.reset();
    });
    pair->peer.send("x");
  }
  EXPECT_TRUE(testing::run_until(io_, [&] { return calls > 0; }));
  turn();
  EXPECT_EQ(calls, 1);
}

TEST_F(TcpSocketTest, Coroutine_EchoesWhatItReads) {
  Pair pair{io_};
  pair.peer.send("echo");
  const auto echo = [](TcpSocket& socket) -> Task<std::size_t> {
    std::array<char, 4> text{};
    co_await asio::async_read(socket, asio::buffer(text), use_task);
    co_return co_await asio::async_write(socket, asio::buffer(text), use_task);
  };
  EXPECT_EQ(testing::run_task(io_, echo(*pair.socket)), 4U);
  EXPECT_EQ(pair.peer.receive_some(), 4U);
}

TEST(TcpSocketLife, IoContextGoesFirst_PendingHandlersAreDestroyedUncalled) {
  const auto alive = std::make_shared<int>();
  std::array<char, 16> buffer{};
  {
    asio::io_context io{1};
    auto pair = std::make_shared<Pair>(io);
    // As a connection does: the handler owns the socket that it waits for.
    pair->socket->async_read_some(asio::buffer(buffer), [alive, pair](ErrorCode, std::size_t) { FAIL(); });
    pair.reset();
    io.poll();
    EXPECT_EQ(alive.use_count(), 2);
  }
  EXPECT_EQ(alive.use_count(), 1);
}

}  // namespace
}  // namespace gatehouse::runtime
