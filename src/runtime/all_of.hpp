#pragma once

#include <vector>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Runs the tasks beside each other, on the thread and for the request of whoever awaits it, until each of them has
/// ended. Where some throw, the first one's exception is thrown then. What the tasks refer to outlives their end.
[[nodiscard]] Task<> all_of(std::vector<Task<>> tasks);

}  // namespace gatehouse::runtime
