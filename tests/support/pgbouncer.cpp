#include "support/pgbouncer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "support/patience.hpp"

namespace gatehouse::testing {

namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

}  // namespace

bool PgBouncer::is_installed() { return access(program, X_OK) == 0; }

PgBouncer::PgBouncer(const std::string& server_host, std::uint16_t server_port, Mode mode,
                     unsigned server_connections) {
  // It gives up root for a user who must be able to read its configuration.
  std::filesystem::permissions(directory_.path(), std::filesystem::perms::others_all,
                               std::filesystem::perm_options::add);
  const auto file = (directory_.path() / "pgbouncer.ini").string();
  std::ofstream{file} << "[databases]\n* = host=" << server_host << " port=" << server_port << " user=postgres\n"
                      << "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_.number()
                      << "\nunix_socket_dir =\nauth_type = any\npool_mode = "
                      << (mode == Mode::transaction ? "transaction" : "session")
                      << "\ndefault_pool_size = " << server_connections << "\n";
  start(file);
  wait_until_it_accepts();
}

PgBouncer::~PgBouncer() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void PgBouncer::start(const std::string& configuration) {
  std::vector<std::string> words{program, "-q"};
  if (geteuid() == 0) words.insert(words.end(), {"-u", "postgres"});
  words.push_back(configuration);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  const int failed = posix_spawn(&process_, program, &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start PgBouncer");
}

void PgBouncer::wait_until_it_accepts() const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::socket socket{io};
    boost::system::error_code refused;
    socket.connect({boost::asio::ip::address_v4::loopback(), port_.number()}, refused);
    if (!refused) return;
  }
  throw std::runtime_error("PgBouncer does not accept connections");
}

}  // namespace gatehouse::testing
