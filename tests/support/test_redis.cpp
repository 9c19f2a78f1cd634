#include "support/test_redis.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/patience.hpp"

namespace gatehouse::testing {

namespace {

constexpr const char* redis_program = "/usr/bin/redis-server";

}  // namespace

bool TestRedis::is_installed() { return access(redis_program, X_OK) == 0; }

TestRedis::TestRedis() {
  start();
  wait_until_it_accepts();
}

TestRedis::~TestRedis() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void TestRedis::start() {
  std::vector<std::string> words{redis_program,
                                 "--bind",
                                 "127.0.0.1",
                                 "--port",
                                 std::to_string(port_.number()),
                                 "--save",
                                 "",
                                 "--dir",
                                 directory_.path().string()};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = posix_spawn(&process_, redis_program, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start Redis");
}

void TestRedis::wait_until_it_accepts() const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket{io};
    boost::system::error_code refused;
    socket.connect({boost::asio::ip::address_v4::loopback(), port_.number()}, refused);
    if (!refused) return;
  }
  throw std::runtime_error("Redis does not accept connections");
}

}  // namespace gatehouse::testing
