#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/secret_string.hpp"
#include "runtime/descriptor.hpp"

namespace gatehouse::runtime {

/// What to run, without a shell. The caller keeps its descriptors; a negative one means /dev/null.
struct ChildCommand {
  std::vector<std::string> words;              ///< the program, found by PATH, and its arguments
  std::vector<SecretString> environment = {};  ///< `NAME=value` each, in addition to PATH, HOME and the locale
  int input = -1;
  int output = -1;  ///< error messages go to this process's standard error
};

/// Another program that runs as a child of this process. The destructor kills it if it has not ended. One thread at a
/// time.
class ChildProcess {
 public:
  /// The error if it cannot be started: no_such_file_or_directory if it is not found in PATH.
  [[nodiscard]] static std::expected<ChildProcess, std::error_code> start(const ChildCommand& command);

  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  /// Waits for its end and returns its exit code, or 128 plus the number of the signal that ended it. Sends it SIGTERM
  /// once `stopping` is set, and SIGKILL after `end_grace`.
  [[nodiscard]] int wait(const std::atomic<bool>& stopping,
                         std::chrono::milliseconds end_grace = std::chrono::seconds{5});

 private:
  explicit ChildProcess(pid_t id) : id_(id) {}

  pid_t id_;  ///< 0: it has ended
};

/// Passes everything that can be read to `take`, until the end; false if `stopping` was set before, or `take` returned
/// false.
[[nodiscard]] bool read_to_end(const Descriptor& from, const std::atomic<bool>& stopping,
                               const std::function<bool(std::string_view)>& take);

}  // namespace gatehouse::runtime
