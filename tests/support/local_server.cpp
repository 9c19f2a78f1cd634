#include "support/local_server.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <stdexcept>

#include "support/patience.hpp"

namespace gatehouse::testing {

LocalServer::LocalServer(std::vector<std::string> words, std::uint16_t port) {
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
    posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0);
  }
  const int failed = posix_spawn(&process_, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + words.front());
  wait_until_it_accepts(words.front(), port);
}

LocalServer::~LocalServer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void LocalServer::wait_until_it_accepts(const std::string& program, std::uint16_t port) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket{io};
    boost::system::error_code refused;
    socket.connect({boost::asio::ip::address_v4::loopback(), port}, refused);
    if (!refused) return;
  }
  throw std::runtime_error(program + " does not accept connections");
}

}  // namespace gatehouse::testing
