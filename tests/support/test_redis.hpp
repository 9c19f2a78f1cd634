#pragma once

#include <sys/types.h>

#include <cstdint>

#include "support/reserved_port.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::testing {

/// A Redis server on a free port of 127.0.0.1 that keeps nothing on disk, ended with this object.
class TestRedis {
 public:
  /// False where the program is not installed; then a test skips with a printed line.
  [[nodiscard]] static bool is_installed();

  /// Returns when it accepts connections; throws std::runtime_error when it does not start.
  TestRedis();
  ~TestRedis();
  TestRedis(const TestRedis&) = delete;
  TestRedis& operator=(const TestRedis&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

 private:
  void start();
  void wait_until_it_accepts() const;

  TemporaryDirectory directory_;
  const ReservedPort port_;
  pid_t process_ = -1;
};

}  // namespace gatehouse::testing
