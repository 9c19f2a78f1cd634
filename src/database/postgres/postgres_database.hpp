#pragma once

#include <memory>
#include <vector>

#include "database/database.hpp"
#include "database/database_settings.hpp"
#include "database/feed_ring.hpp"
#include "database/postgres/connection_pool.hpp"
#include "database/postgres/standby_reader.hpp"

namespace gatehouse::database::postgres {

/// How a process tells others of what it commits.
struct Announcing {
  ChangeFeedKind way = ChangeFeedKind::postgres;
  FeedRing ring;
};

/// The port over one io thread's connection pool. See Database for the contract and Pipeline for how calls travel.
///
/// After a serialization failure or a deadlock, which the server rolled back, the driver runs the call again up to
/// three times, each time after up to 100 ms; then it is Unavailable{overload}. Destroying the database ends what is in
/// flight with Unavailable{stopped}.
class PostgresDatabase final : public Database {
 public:
  /// `observers` outlive it; see Database.
  /// `standbys` may be null: then the primary answers everything.
  PostgresDatabase(Observers& observers, std::shared_ptr<ConnectionPool> pool, std::shared_ptr<StandbyReader> standbys,
                   std::shared_ptr<const Announcing> announcing);
  ~PostgresDatabase() override;

  [[nodiscard]] bool has_standbys() const noexcept override { return standbys_ != nullptr; }

 protected:
  [[nodiscard]] Task<Rows> read(const Statement& statement, Parameters parameters) override;
  [[nodiscard]] Task<std::optional<Rows>> read_standby(const Statement& statement, Parameters parameters,
                                                       Recency recency) override;
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> write(
      std::vector<Command> commands, std::vector<Announcement> announcements) override;

 private:
  const std::shared_ptr<ConnectionPool> pool_;
  const std::shared_ptr<StandbyReader> standbys_;
  const std::shared_ptr<const Announcing> announcing_;
};

}  // namespace gatehouse::database::postgres
