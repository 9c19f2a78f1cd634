#include "database/load.hpp"

namespace gatehouse::database {

void Load::write(metrics::Page& page) const {
  page.begin_gauge("gatehouse_database_connections", "Connections of this process to its database, by state.");
  page.sample({{"state", "idle"}}, idle);
  page.sample({{"state", "busy"}}, busy);
  page.sample({{"state", "connecting"}}, connecting);
  page.gauge("gatehouse_database_queue_depth", "Calls that wait for a connection.", queued);
}

void LoadSum::replace(const Load& before, const Load& now) noexcept {
  idle_.fetch_add(now.idle - before.idle, std::memory_order_relaxed);
  busy_.fetch_add(now.busy - before.busy, std::memory_order_relaxed);
  connecting_.fetch_add(now.connecting - before.connecting, std::memory_order_relaxed);
  queued_.fetch_add(now.queued - before.queued, std::memory_order_relaxed);
}

Load LoadSum::read() const noexcept {
  return {.idle = idle_.load(std::memory_order_relaxed),
          .busy = busy_.load(std::memory_order_relaxed),
          .connecting = connecting_.load(std::memory_order_relaxed),
          .queued = queued_.load(std::memory_order_relaxed)};
}

}  // namespace gatehouse::database
