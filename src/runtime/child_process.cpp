#include "runtime/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

namespace gatehouse::runtime {
namespace {

// Between two checks of the child and of the flag.
constexpr std::chrono::milliseconds look_pause{20};
constexpr std::size_t read_bytes = 65'536;

/// The descriptors that the child starts with.
class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void give(int descriptor, int as, int flags) {
    if (descriptor < 0) {
      posix_spawn_file_actions_addopen(&actions_, as, "/dev/null", flags, 0);
    } else {
      posix_spawn_file_actions_adddup2(&actions_, descriptor, as);
    }
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// posix_spawnp() takes pointers to non-const characters, but does not change them.
std::vector<char*> pointers_to(const ChildCommand& command) {
  std::vector<char*> words;
  words.reserve(command.words.size() + 1);
  for (const std::string& word : command.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  return words;
}

/// Whether the variable helps to find a program or to speak the user's language. Settings are not passed on, because
/// they may be secrets.
bool is_for_children(std::string_view variable) {
  constexpr std::array<std::string_view, 6> names{"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR"};
  const std::string_view name = variable.substr(0, variable.find('='));
  return name.starts_with("LC_") || std::ranges::find(names, name) != names.end();
}

/// A SecretString is null-terminated, like std::string.
std::vector<char*> environment_of(const ChildCommand& command) {
  std::vector<char*> variables;
  for (char** own = environ; *own != nullptr; ++own) {
    if (is_for_children(*own)) variables.push_back(*own);
  }
  for (const SecretString& one : command.environment) variables.push_back(const_cast<char*>(one.reveal().data()));
  variables.push_back(nullptr);
  return variables;
}

int exit_code_of(int status) {
  constexpr int by_signal = 128;
  return WIFEXITED(status) ? WEXITSTATUS(status) : by_signal + WTERMSIG(status);
}

}  // namespace

std::expected<ChildProcess, std::error_code> ChildProcess::start(const ChildCommand& command) {
  FileActions files;
  files.give(command.input, STDIN_FILENO, O_RDONLY);
  files.give(command.output, STDOUT_FILENO, O_WRONLY);
  pid_t id = 0;
  const int error = posix_spawnp(&id, command.words.front().c_str(), files.get(), nullptr, pointers_to(command).data(),
                                 environment_of(command).data());
  if (error != 0) return std::unexpected(std::error_code{error, std::generic_category()});
  return ChildProcess{id};
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

ChildProcess::~ChildProcess() {
  if (id_ == 0) return;
  ::kill(id_, SIGKILL);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

int ChildProcess::wait(const std::atomic<bool>& stopping, std::chrono::milliseconds end_grace) {
  using std::chrono::steady_clock;
  int status = 0;
  std::optional<steady_clock::time_point> told;
  pid_t ended = 0;
  while ((ended = ::waitpid(id_, &status, WNOHANG)) == 0) {
    if (stopping.load() && !told) {
      ::kill(id_, SIGTERM);
      told = steady_clock::now();
    } else if (told && steady_clock::now() - *told >= end_grace) {
      ::kill(id_, SIGKILL);
    }
    std::this_thread::sleep_for(look_pause);
  }
  id_ = 0;
  if (ended < 0) throw std::system_error{errno, std::generic_category(), "waitpid"};
  return exit_code_of(status);
}

bool read_to_end(const Descriptor& from, const std::atomic<bool>& stopping,
                 const std::function<bool(std::string_view)>& take) {
  std::array<char, read_bytes> bytes{};
  while (!stopping.load()) {
    pollfd readable{.fd = from.get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&readable, 1, static_cast<int>(look_pause.count()));
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    const ssize_t count = ::read(from.get(), bytes.data(), bytes.size());
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 || !take({bytes.data(), static_cast<std::size_t>(count)})) return false;
  }
  return false;
}

}  // namespace gatehouse::runtime
