#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::testing {

/// Another program's server on 127.0.0.1, killed with this object. What it prints is lost.
class LocalServer {
 public:
  /// `words` are the path of the program and its arguments. Returns once it accepts connections on `port`; throws
  /// std::runtime_error if it does not.
  LocalServer(std::vector<std::string> words, std::uint16_t port);
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;
  LocalServer& operator=(const LocalServer&) = delete;

 private:
  void wait_until_it_accepts(const std::string& program, std::uint16_t port) const;

  pid_t process_ = -1;
};

}  // namespace gatehouse::testing
