#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <chrono>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// A timer of one io thread that changes of the wall clock do not affect.
using SteadyTimer = boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

}  // namespace gatehouse::runtime
