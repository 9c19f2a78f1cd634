#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/local_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::testing {

/// A PgBouncer in front of the test server, on a free port of 127.0.0.1, ended with this object. Anybody may log in.
/// It shares `server_connections` sessions among all clients.
class PgBouncer {
 public:
  enum class Mode { statement, transaction, session };

  /// False if the program is not installed; the test is then skipped with a printed line.
  [[nodiscard]] static bool is_installed();

  /// Returns once it accepts connections; throws std::runtime_error if it does not start.
  PgBouncer(const std::string& server_host, std::uint16_t server_port, Mode mode, unsigned server_connections);

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

 private:
  TemporaryDirectory directory_;
  const ReservedPort port_;
  std::optional<LocalServer> server_;  ///< once its configuration is written
};

}  // namespace gatehouse::testing
