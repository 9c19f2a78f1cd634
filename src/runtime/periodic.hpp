#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Starts one run of a periodic job, on the io thread. It must return the coroutine of a member or free function, and
/// must not itself be a coroutine lambda with captures.
using PeriodicJob = std::function<Task<>()>;

/// Receives why a run failed, as one line for the log.
using FailureSink = std::function<void(std::string_view)>;

/// Waits for an interval. Returns early, without throwing, if its coroutine is cancelled.
using Pause = std::function<Task<>(std::chrono::milliseconds)>;

/// Uses a timer that changes of the wall clock do not affect.
[[nodiscard]] Task<> pause_for(std::chrono::milliseconds time);

/// Runs the job at once, and then again `interval` after each run has ended, until the coroutine is cancelled. A
/// cancellation takes effect at once between runs, and at the end of the run otherwise. If a run throws, that is
/// reported, and the next run follows as usual.
[[nodiscard]] Task<> run_periodically(std::chrono::milliseconds interval, PeriodicJob job, FailureSink on_failure,
                                      Pause pause = pause_for);

}  // namespace gatehouse::runtime
