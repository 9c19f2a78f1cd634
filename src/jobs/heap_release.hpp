#pragma once

#include <chrono>

#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::seconds heap_release_interval{2};

/// The job `heap_release`: returns the memory to the kernel that connections and bodies have freed. Every replica does
/// it for itself.
[[nodiscard]] Job heap_release();

}  // namespace gatehouse::jobs
