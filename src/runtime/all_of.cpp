#include "runtime/all_of.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <exception>
#include <utility>

namespace gatehouse::runtime {

namespace asio = boost::asio;

Task<> all_of(std::vector<Task<>> tasks) {
  const Executor executor = co_await asio::this_coro::executor;
  using Operation = decltype(asio::co_spawn(executor, std::declval<Task<>>(), asio::deferred));
  std::vector<Operation> operations;
  operations.reserve(tasks.size());
  for (Task<>& task : tasks) {
    operations.push_back(asio::co_spawn(executor, std::move(task), asio::deferred));
  }
  auto group = asio::experimental::make_parallel_group(std::move(operations));
  const auto [order, failures] = co_await group.async_wait(asio::experimental::wait_for_all(), use_task);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace gatehouse::runtime
