#include "telemetry/line_writer.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace gatehouse::telemetry {

// Invariants. is_mid_line_ says whether the last byte written belongs to a line whose rest was dropped; the next call
// ends that line first, so a reader never sees two lines as one. is_stalled_ says that the last call gave up. Only the
// first call of a stall waits; otherwise a queue of a thousand lines would take a thousand times the patience to end.

bool LineWriter::write(std::string_view lines) {
  const auto patience = is_stalled_ ? std::chrono::milliseconds{0} : patience_;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::string_view line_end = "\n";
  // Stays so unless the end is reached: every return but the last one is a failure.
  is_stalled_ = true;
  // A line that an earlier call left half-written must not swallow this call's first line.
  while (is_mid_line_ && !line_end.empty()) {
    if (!wait_until_writable(deadline) || !write_some(line_end)) return false;
  }
  is_mid_line_ = false;
  std::string_view rest = lines;
  while (!rest.empty()) {
    if (!wait_until_writable(deadline) || !write_some(rest)) {
      is_mid_line_ = rest.size() < lines.size() && lines[lines.size() - rest.size() - 1] != '\n';
      return false;
    }
  }
  is_stalled_ = false;
  return true;
}

bool LineWriter::wait_until_writable(std::chrono::steady_clock::time_point deadline) const {
  pollfd target{descriptor_, POLLOUT, 0};
  while (true) {
    // Computed in each turn, because signals may end poll(2) any number of times; rounded up, or the loop would spin
    // during the last millisecond.
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    const int ready = ::poll(&target, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && (target.revents & POLLOUT) != 0;
  }
}

bool LineWriter::write_some(std::string_view& rest) const {
  // A pipe that poll(2) calls writable takes PIPE_BUF bytes without blocking (pipe(7)); more might block.
  const std::size_t piece = std::min<std::size_t>(rest.size(), PIPE_BUF);
  // EAGAIN occurs if somebody who shares the descriptor made it non-blocking; then poll(2) decides again.
  const ssize_t written = ::write(descriptor_, rest.data(), piece);
  if (written < 0) return errno == EINTR || errno == EAGAIN;
  rest.remove_prefix(static_cast<std::size_t>(written));
  return true;
}

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace gatehouse::telemetry
