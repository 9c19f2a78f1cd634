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

/// The SQL of a change feed that reads rows, on connections of its own. Belongs to the io thread of its pool. Throws
/// what Database throws; every call ends within the pool's deadline.
class AnnouncementStore {
 public:
  /// `pool` is started, and stopped by its owner.
  explicit AnnouncementStore(std::shared_ptr<ConnectionPool> pool) : pool_(std::move(pool)) {}

  /// The rows behind a position, and those without one.
  [[nodiscard]] Task<AnnouncementLook> look(std::int64_t position) const;

  /// Gives positions to rows that are committed and have none.
  [[nodiscard]] Task<> place() const;

  /// Has all changes told as rows from now on, where they are not; says that somebody is here who reads them; and
  /// deletes old ones.
  [[nodiscard]] Task<> use() const;

 private:
  [[nodiscard]] Task<> write(std::vector<Command> commands) const;

  const std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace gatehouse::database::postgres
