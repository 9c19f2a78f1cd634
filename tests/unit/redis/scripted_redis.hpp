#pragma once

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "redis/reply.hpp"

namespace gatehouse::redis {

/// A server on a free port of 127.0.0.1 whose answers the test chooses, on the test's event loop.
class ScriptedRedis {
 public:
  /// The bytes that answer a command, which is given as its words with blanks between; empty: silence.
  using Answering = std::function<std::string(const std::string& command)>;

  ScriptedRedis(boost::asio::io_context& io, Answering answering)
      : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}), answering_(std::move(answering)) {
    boost::asio::co_spawn(io, accept(), boost::asio::detached);
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void answer_by(Answering answering) { answering_ = std::move(answering); }

  /// Ends every connection.
  void hang_up() {
    for (const auto& socket : std::exchange(sockets_, {})) socket->close();
  }

  std::vector<std::string> commands;  ///< those that came

 private:
  using Socket = boost::asio::ip::tcp::socket;
  using Coroutine = boost::asio::awaitable<void>;

  Coroutine accept() {
    while (true) {
      auto socket = std::make_shared<Socket>(acceptor_.get_executor());
      co_await acceptor_.async_accept(*socket, boost::asio::use_awaitable);
      sockets_.insert(socket);
      boost::asio::co_spawn(acceptor_.get_executor(), serve(socket), boost::asio::detached);
    }
  }

  /// A command looks like a reply that is a list.
  Coroutine serve(std::shared_ptr<Socket> socket) {
    ReplyReader reader;
    std::array<char, 4096> input;
    boost::system::error_code error;
    while (true) {
      const std::size_t size = co_await socket->async_read_some(
          boost::asio::buffer(input), boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) co_return;
      reader.feed({input.data(), size});
      std::string answers;
      while (const auto command = reader.next().value()) answers += answer(*command);
      co_await boost::asio::async_write(*socket, boost::asio::buffer(answers),
                                        boost::asio::redirect_error(boost::asio::use_awaitable, error));
    }
  }

  std::string answer(const Reply& command) {
    std::string words;
    for (const Reply& word : command.items) words += (words.empty() ? "" : " ") + word.text;
    commands.push_back(words);
    return answering_(words);
  }

  boost::asio::ip::tcp::acceptor acceptor_;
  Answering answering_;
  std::set<std::shared_ptr<Socket>> sockets_;
};

}  // namespace gatehouse::redis
