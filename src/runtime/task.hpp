#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "runtime/scoped_executor.hpp"

namespace gatehouse {

/// The one executor of the program: an io thread's io_context, and the request that it works for. It is a concrete
/// type, so that no call goes through type erasure.
using Executor = runtime::ScopedExecutor<boost::asio::io_context::executor_type>;

/// A coroutine that runs on one io thread and is resumed only there.
template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// Completion token that turns an Asio operation into a Task's `co_await`.
inline constexpr boost::asio::use_awaitable_t<Executor> use_task{};

}  // namespace gatehouse
