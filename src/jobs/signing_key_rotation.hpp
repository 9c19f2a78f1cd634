#pragma once

#include <chrono>
#include <functional>

#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::minutes signing_key_rotation_interval{1};

/// The job `signing_key_rotation`: `rotate` replaces the key that signs tokens when its time has come, and forgets keys
/// that nobody needs, one replica at a time. A second replica that did the same at the same time would change nothing.
[[nodiscard]] Job signing_key_rotation(std::function<Task<>()> rotate);

}  // namespace gatehouse::jobs
