#pragma once

#include <memory>
#include <vector>

#include "database/database.hpp"
#include "database/postgres/connection_pool.hpp"

namespace gatehouse::database::postgres {

/// The port over one io thread's connection pool. See Database for the contract and Pipeline for how calls travel.
///
/// A serialization failure or deadlock, which the server rolled back, is run again up to three times by the driver,
/// after up to 100 ms each time; then it is Unavailable{overload}. Destroying the database ends what is in flight with
/// Unavailable{stopped}.
class PostgresDatabase final : public Database {
 public:
  /// `observers` outlive it; see Database.
  PostgresDatabase(Observers& observers, std::shared_ptr<ConnectionPool> pool);
  ~PostgresDatabase() override;

 protected:
  [[nodiscard]] Task<Rows> read(const Statement& statement, Parameters parameters) override;
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> write(
      std::vector<Command> commands, std::vector<Announcement> announcements) override;

 private:
  const std::shared_ptr<ConnectionPool> pool_;
};

}  // namespace gatehouse::database::postgres
