#include "cli/commands/database_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <cstddef>
#include <exception>
#include <stdexcept>

namespace gatehouse::cli {

void DatabaseSession::run_all(std::vector<Task<>> tasks) {
  std::exception_ptr failure;
  std::size_t running = tasks.size();
  for (Task<>& task : tasks) {
    boost::asio::co_spawn(io_, std::move(task), [&](const std::exception_ptr& thrown) {
      if (!failure) failure = thrown;
      --running;
    });
  }
  io_.restart();
  while (running > 0 && io_.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (running > 0) throw std::logic_error("the event loop ended before its tasks");
}

}  // namespace gatehouse::cli
