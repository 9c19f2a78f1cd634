#pragma once

#include <optional>
#include <string>

#include "database/database.hpp"
#include "database/database_settings.hpp"

namespace gatehouse::database {

/// The ways in which a PostgreSQL database tells replicas of changes.
struct ChangeFeedFacts {
  bool by_notify = false;  ///< for replicas with CHANGE_FEED=postgres
  bool by_rows = false;    ///< for replicas with CHANGE_FEED=redis
};

/// Reads them from the database. Throws what Database throws, also if the schema is an older one.
[[nodiscard]] Task<ChangeFeedFacts> read_change_feed_facts(Database& database);

/// What is wrong with them for a replica with this setting, in words for people: changes are not told in its way, or
/// are told in the other way as well, which costs more. Nothing if there is nothing to say.
[[nodiscard]] std::optional<std::string> remark_on(const ChangeFeedFacts& facts, ChangeFeedKind setting);

}  // namespace gatehouse::database
