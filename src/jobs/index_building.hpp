#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "database/database.hpp"
#include "database/schema/background_indexes.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::jobs {

/// Builds the indexes that migrations have left to the service, one replica at a time. An index that a run does not
/// finish is built anew by a later run; if the process ends during a run, PostgreSQL finishes the index. Once all
/// indexes exist, the database is not asked again.
///
/// Belongs to its Database's thread; throws what the two databases throw.
class IndexBuilding {
 public:
  /// What it works with.
  struct Parts {
    database::Database& database;
    std::function<std::unique_ptr<database::SchemaDatabase>()> open_schema;  ///< on the same thread
    std::vector<database::schema::BackgroundIndex> indexes;                  ///< none on SQLite
    telemetry::Log& log;
  };

  /// Everything that the parts refer to must outlive it.
  explicit IndexBuilding(Parts parts) : parts_(std::move(parts)) {}

  /// The job `index_building`.
  [[nodiscard]] static Job job(Parts parts);

 private:
  [[nodiscard]] Task<std::vector<database::schema::BackgroundIndex>> missing();
  [[nodiscard]] Task<bool> is_due();
  [[nodiscard]] Task<> run();
  [[nodiscard]] Task<> make(std::vector<database::schema::BackgroundIndex> indexes);

  const Parts parts_;
  bool all_made_ = false;                             ///< as far as this process has seen
  std::unique_ptr<database::SchemaDatabase> schema_;  ///< during a run; a destroyed coroutine leaves it set
};

}  // namespace gatehouse::jobs
