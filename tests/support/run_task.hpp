#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "runtime/task.hpp"

namespace gatehouse::testing {

/// Runs one coroutine on the io_context to its end, in the calling thread. Returns its result or throws its exception.
template <class T>
T run_task(boost::asio::io_context& io, Task<T> task) {
  std::exception_ptr failure;
  std::optional<T> result;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown, T value) {
    failure = thrown;
    if (!thrown) result = std::move(value);
  });
  io.restart();
  while (!failure && !result && io.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!result) throw std::logic_error("the io_context ran out of work before the task ended");
  return std::move(*result);
}

inline void run_task(boost::asio::io_context& io, Task<> task) {
  std::exception_ptr failure;
  bool done = false;
  boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr thrown) {
    failure = thrown;
    done = true;
  });
  io.restart();
  while (!done && io.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gatehouse::testing
