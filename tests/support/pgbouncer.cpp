#include "support/pgbouncer.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace gatehouse::testing {

namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

const char* to_text(PgBouncer::Mode mode) {
  if (mode == PgBouncer::Mode::session) return "session";
  return mode == PgBouncer::Mode::transaction ? "transaction" : "statement";
}

}  // namespace

bool PgBouncer::is_installed() { return access(program, X_OK) == 0; }

PgBouncer::PgBouncer(const std::string& server_host, std::uint16_t server_port, Mode mode,
                     unsigned server_connections) {
  // PgBouncer drops root for another user, who must be able to read its configuration.
  std::filesystem::permissions(directory_.path(), std::filesystem::perms::others_all,
                               std::filesystem::perm_options::add);
  const auto file = (directory_.path() / "pgbouncer.ini").string();
  std::ofstream{file} << "[databases]\n* = host=" << server_host << " port=" << server_port << " user=postgres\n"
                      << "[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " << port_.number()
                      << "\nunix_socket_dir =\nauth_type = any\npool_mode = " << to_text(mode)
                      << "\ndefault_pool_size = " << server_connections << "\n";
  std::vector<std::string> words{program, "-q"};
  if (geteuid() == 0) words.insert(words.end(), {"-u", "postgres"});
  words.push_back(file);
  server_.emplace(std::move(words), port_.number());
}

}  // namespace gatehouse::testing
