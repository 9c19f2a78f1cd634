#include "service/signals.hpp"

#include <array>
#include <csignal>
#include <tuple>

namespace gatehouse::service {
namespace {

/// The signals that end a process by default (signal(7)) and do not report a fault of its own. SIGXFSZ is among them:
/// if it is ignored, a write beyond a limit fails, and the log says so.
constexpr std::array ignored{SIGHUP,    SIGQUIT, SIGPIPE, SIGALRM,   SIGUSR1, SIGUSR2,
                             SIGVTALRM, SIGPROF, SIGPOLL, SIGSTKFLT, SIGPWR,  SIGXFSZ};

}  // namespace

void ignore_other_signals() noexcept {
  for (const int signal : ignored) std::ignore = std::signal(signal, SIG_IGN);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) std::ignore = std::signal(signal, SIG_IGN);
}

}  // namespace gatehouse::service
