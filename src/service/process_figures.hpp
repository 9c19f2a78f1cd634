#pragma once

#include "base/build.hpp"
#include "base/time.hpp"
#include "metrics/page.hpp"

namespace gatehouse::service {

/// gatehouse_build_info.
void write_build(metrics::Page& page, const Build& build);

/// The figures that Prometheus's client libraries report for every process: process_cpu_seconds_total,
/// process_resident_memory_bytes, process_open_fds, process_max_fds and process_start_time_seconds. Taken from
/// proc(5), getrusage(2) and getrlimit(2).
void write_process(metrics::Page& page, TimePoint started);

}  // namespace gatehouse::service
