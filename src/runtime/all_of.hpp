#pragma once

#include <vector>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Runs the tasks concurrently, on the thread and for the request of the awaiting coroutine, until all of them have
/// ended. If some throw, it then throws the exception of the first of them. Everything that the tasks refer to must
/// outlive them.
[[nodiscard]] Task<> all_of(std::vector<Task<>> tasks);

}  // namespace gatehouse::runtime
