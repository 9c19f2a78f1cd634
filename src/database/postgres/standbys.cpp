#include "database/postgres/standbys.hpp"

#include <algorithm>

namespace gatehouse::database::postgres {
namespace {

// While there is no connection, the primary answers.
constexpr std::chrono::milliseconds connect_timeout_max{5'000};

/// Any server will do: a promoted one is recognised by its position, and its connections are kept for when it follows
/// again.
std::shared_ptr<const ConnectOptions> options_for(const ServerAddress& server, const ConnectOptions& queries) {
  ConnectOptions options{
      {server}, queries.keywords, queries.password.clone(), std::min(queries.timeout, connect_timeout_max)};
  for (auto& [keyword, value] : options.keywords) {
    if (keyword == "target_session_attrs") value = "any";
  }
  options.statement_timeout = queries.statement_timeout;
  options.lock_timeout = queries.lock_timeout;
  return std::make_shared<const ConnectOptions>(std::move(options));
}

}  // namespace

Standbys::Standbys(const std::vector<ServerAddress>& servers, const ConnectOptions& queries, const BootClock& clock)
    : wanted_(clock) {
  for (const ServerAddress& server : servers) {
    options_.push_back(options_for(server, queries));
    figures_.push_back(std::make_shared<StandbyFigures>(to_text(server)));
  }
}

bool Standbys::is_my_look(BootTime now) {
  BootTime due = next_look_.load(std::memory_order_relaxed);
  return now >= due && next_look_.compare_exchange_strong(due, now + look_interval, std::memory_order_relaxed);
}

}  // namespace gatehouse::database::postgres
