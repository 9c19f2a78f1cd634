#pragma once

#include <vector>

#include "database/postgres/standby_reader.hpp"
#include "database/standby_finding.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::postgres {

/// Asks the standbys, one after the other, how far each has replayed. The pools are not started yet, and are stopped
/// afterwards. Throws what the port throws if the primary does not answer.
[[nodiscard]] Task<std::vector<StandbyFinding>> check_standbys(std::shared_ptr<Standbys> standbys,
                                                               StandbyReader::Pools pools);

/// Judges a standby's position by its primary's.
[[nodiscard]] StandbyFinding judge_standby(std::string name, const std::optional<LogPosition>& standby,
                                           const LogPosition& primary);

}  // namespace gatehouse::database::postgres
