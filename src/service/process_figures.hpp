#pragma once

#include "base/build.hpp"
#include "base/time.hpp"
#include "metrics/page.hpp"

namespace gatehouse::service {

/// gatehouse_build_info.
void write_build(metrics::Page& page, const Build& build);

/// What Prometheus' libraries say of every process: process_cpu_seconds_total, process_resident_memory_bytes,
/// process_open_fds, process_max_fds and process_start_time_seconds. Linux tells (proc(5)).
void write_process(metrics::Page& page, TimePoint started);

}  // namespace gatehouse::service
