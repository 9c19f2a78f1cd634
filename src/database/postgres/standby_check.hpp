#pragma once

#include <vector>

#include "database/postgres/standby_reader.hpp"
#include "database/standby_finding.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::postgres {

/// Asks each of the standbys how far it is, one after the other. The pools are not started yet, and are stopped
/// afterwards. Throws what the port throws where the primary does not answer.
[[nodiscard]] Task<std::vector<StandbyFinding>> check_standbys(std::shared_ptr<Standbys> standbys,
                                                               StandbyReader::Pools pools);

/// What a standby's position means beside its primary's.
[[nodiscard]] StandbyFinding judge_standby(std::string name, const std::optional<LogPosition>& standby,
                                           const LogPosition& primary);

}  // namespace gatehouse::database::postgres
