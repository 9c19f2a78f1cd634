#pragma once

#include <optional>
#include <string>

#include "database/database.hpp"
#include "database/database_settings.hpp"

namespace gatehouse::database {

/// By which ways a PostgreSQL database tells replicas of changes.
struct ChangeFeedFacts {
  bool by_notify = false;  ///< for those with CHANGE_FEED=postgres
  bool by_rows = false;    ///< for those with CHANGE_FEED=redis
};

/// Asks for them. Throws what Database throws, also where the schema is an older one.
[[nodiscard]] Task<ChangeFeedFacts> read_change_feed_facts(Database& database);

/// What is wrong with them, for people, for a replica of this setting: replicas that hear in the other way are told as
/// well, which costs more. Nothing where there is nothing to say.
[[nodiscard]] std::optional<std::string> remark_on(const ChangeFeedFacts& facts, ChangeFeedKind setting);

}  // namespace gatehouse::database
