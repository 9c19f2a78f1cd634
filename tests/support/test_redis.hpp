#pragma once

#include <cstdint>

#include "support/local_server.hpp"
#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::testing {

/// A Redis server on a free port of 127.0.0.1 that keeps nothing on disk, ended with this object.
class TestRedis {
 public:
  /// False if the program is not installed; the test is then skipped with a printed line.
  [[nodiscard]] static bool is_installed();

  /// Returns once it accepts connections; throws std::runtime_error if it does not start.
  TestRedis();

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

 private:
  TemporaryDirectory directory_;
  const ReservedPort port_;
  const LocalServer server_;
};

}  // namespace gatehouse::testing
