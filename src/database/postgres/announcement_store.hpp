#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "database/postgres/announcement_reader.hpp"
#include "database/postgres/connection_pool.hpp"

namespace gatehouse::database::postgres {

/// What a look at the table of announcements brings.
struct AnnouncementLook {
  AnnouncementPage page;
  TimePoint read_at;  ///< by the server's clock
};

/// The SQL of a change feed that reads rows, on its own connections. Belongs to the io thread of its pool. Throws what
/// Database throws; every call ends within the pool's deadline.
class AnnouncementStore {
 public:
  /// `pool` is started, and stopped by its owner.
  explicit AnnouncementStore(std::shared_ptr<ConnectionPool> pool) : pool_(std::move(pool)) {}

  /// The rows after a position, and those without one.
  [[nodiscard]] Task<AnnouncementLook> look(std::int64_t position) const;

  /// Assigns positions to rows that are committed and have none.
  [[nodiscard]] Task<> place() const;

  /// Makes sure that all changes are told as rows from now on, records that somebody reads them, and deletes old ones.
  [[nodiscard]] Task<> use() const;

 private:
  [[nodiscard]] Task<> write(std::vector<Command> commands) const;

  const std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace gatehouse::database::postgres
