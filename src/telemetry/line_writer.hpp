#pragma once

#include <chrono>
#include <string_view>

namespace gatehouse::telemetry {

/// Writes whole lines to a file descriptor, from one background thread.
///
/// If the reader does not read (a full pipe, a stopped terminal), a call waits for at most `patience`. Then it drops
/// the rest of its lines, and later calls drop theirs until the reader is back. If the descriptor is closed, lines are
/// dropped at once. Pipes are written in pieces that fit whenever poll(2) reports them writable; the descriptor is
/// never made non-blocking, because its flags belong to every process that shares it.
///
/// Threads: one, and never an io thread, because a call may take `patience`. The thread blocks SIGPIPE (see
/// block_signals()). The caller keeps the descriptor, which outlives the object.
class LineWriter {
 public:
  explicit LineWriter(int descriptor, std::chrono::milliseconds patience = std::chrono::seconds{1})
      : descriptor_(descriptor), patience_(patience) {}

  /// Writes `lines`, each of them ended by \n. False if some of it was dropped.
  bool write(std::string_view lines);

 private:
  bool wait_until_writable(std::chrono::steady_clock::time_point deadline) const;
  bool write_some(std::string_view& rest) const;

  const int descriptor_;
  const std::chrono::milliseconds patience_;
  bool is_stalled_ = false;   ///< the last call gave up: the next one only tries, without waiting
  bool is_mid_line_ = false;  ///< what was written last does not end in \n
};

/// Keeps every signal away from the calling thread, for threads that only write: a closed pipe is then an error of
/// write(2) and not a SIGPIPE.
void block_signals();

}  // namespace gatehouse::telemetry
