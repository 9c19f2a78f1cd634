#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::testing {

/// A PgBouncer in front of the test server, on a free port of 127.0.0.1, ended with this object. Anybody may log in.
/// It shares `server_connections` sessions among all clients.
class PgBouncer {
 public:
  enum class Mode { transaction, session };

  /// False where the program is not installed; then a test skips with a printed line.
  [[nodiscard]] static bool is_installed();

  /// Returns when it accepts connections; throws std::runtime_error when it does not start.
  PgBouncer(const std::string& server_host, std::uint16_t server_port, Mode mode, unsigned server_connections);
  ~PgBouncer();
  PgBouncer(const PgBouncer&) = delete;
  PgBouncer& operator=(const PgBouncer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

 private:
  void start(const std::string& configuration);
  void wait_until_it_accepts() const;

  TemporaryDirectory directory_;
  const ReservedPort port_;
  pid_t process_ = -1;
};

}  // namespace gatehouse::testing
