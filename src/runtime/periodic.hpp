#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Makes one run of a periodic job. Called on the io thread; not a coroutine lambda with captures, but a function that
/// returns one of a member's or a free function's coroutines.
using PeriodicJob = std::function<Task<>()>;

/// Hears why a run failed: one line for the log.
using FailureSink = std::function<void(std::string_view)>;

/// Waits for an interval. It returns early, and throws nothing, where its coroutine is cancelled.
using Pause = std::function<Task<>(std::chrono::milliseconds)>;

/// By a timer that no change of the wall clock moves.
[[nodiscard]] Task<> pause_for(std::chrono::milliseconds time);

/// Runs the job at once and then `interval` after the end of each run, until the coroutine is cancelled: while it
/// waits, at once; during a run, as soon as the run ends. A run that throws is reported and the next one takes place as
/// usual.
[[nodiscard]] Task<> run_periodically(std::chrono::milliseconds interval, PeriodicJob job, FailureSink on_failure,
                                      Pause pause = pause_for);

}  // namespace gatehouse::runtime
