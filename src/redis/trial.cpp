#include "redis/trial.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "redis/command.hpp"
#include "redis/information.hpp"
#include "redis/opener.hpp"
#include "runtime/socket_reactor.hpp"

namespace gatehouse::redis {
namespace {

using Trial = std::expected<std::string, std::string>;

/// Redis may not allow this user to run INFO.
std::string version_in(const std::optional<Reply>& info) {
  const auto version = field_of(info, "redis_version");
  return version ? "Redis " + *version : "Redis";
}

/// `opener` outlives the coroutine.
Task<Trial> look(Opener& opener) {
  auto opened = co_await opener.open();
  if (!opened) co_return std::unexpected(std::move(opened.error()));
  const std::shared_ptr<Connection> connection = *std::move(opened);
  constexpr std::array<std::string_view, 2> words{"INFO", "server"};
  std::string question = to_command(words);
  const auto info = co_await connection->ask(std::move(question), Opener::step_patience);
  connection->close("looked at");
  co_return version_in(info);
}

}  // namespace

std::expected<std::string, std::string> try_out(const RedisSettings& settings, std::string probe) {
  boost::asio::io_context io{1};
  boost::asio::use_service<runtime::SocketReactor>(io);
  Opener opener{settings, std::move(probe)};
  std::exception_ptr failure;
  std::optional<Trial> trial;
  boost::asio::co_spawn(io, look(opener), [&](std::exception_ptr thrown, Trial found) {
    failure = std::move(thrown);
    trial = std::move(found);
  });
  while (!trial && io.run_one() > 0) {
  }
  if (failure) std::rethrow_exception(failure);
  return *std::move(trial);
}

}  // namespace gatehouse::redis
