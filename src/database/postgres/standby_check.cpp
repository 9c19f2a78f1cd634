#include "database/postgres/standby_check.hpp"

#include <algorithm>
#include <exception>

namespace gatehouse::database::postgres {
namespace {

Task<StandbyFinding> check_standby(std::string name, std::shared_ptr<ConnectionPool> pool, LogPosition primary) {
  pool->start();
  std::string trouble;
  std::optional<LogPosition> position;
  try {
    Parameters none;
    const Rows rows = co_await pool->query(standby_position, std::move(none));
    position = read_position(rows);
  } catch (const std::exception& failure) {
    trouble = failure.what();
  }
  pool->stop();
  if (trouble.empty()) co_return judge_standby(std::move(name), position, primary);
  co_return StandbyFinding{.name = std::move(name), .trouble = "does not answer: " + trouble};
}

}  // namespace

StandbyFinding judge_standby(std::string name, const std::optional<LogPosition>& standby, const LogPosition& primary) {
  StandbyFinding finding{.name = std::move(name), .does_answer = true};
  if (!standby || standby->timeline == 0) {
    finding.trouble = "is not a standby, or does not report its position";
  } else if (standby->timeline != primary.timeline) {
    finding.trouble = "is on timeline " + std::to_string(standby->timeline) + ", and the primary is on " +
                      std::to_string(primary.timeline) +
                      ": it follows another server, or has not written its pages since the primary was promoted";
  } else {
    finding.lag_bytes = std::max<std::int64_t>(0, primary.bytes - standby->bytes);
  }
  return finding;
}

Task<std::vector<StandbyFinding>> check_standbys(std::shared_ptr<Standbys> standbys, StandbyReader::Pools pools) {
  std::vector<StandbyFinding> findings;
  pools.primary->start();
  for (std::size_t i = 0; i < pools.standbys.size(); ++i) {
    Parameters none;
    const Rows rows = co_await pools.primary->query(primary_position, std::move(none));
    const auto end = read_position(rows);
    if (!end) break;
    std::string name = standbys->figures(i).name();
    auto finding = co_await check_standby(std::move(name), pools.standbys[i], *end);
    findings.push_back(std::move(finding));
  }
  pools.primary->stop();
  co_return std::move(findings);
}

}  // namespace gatehouse::database::postgres
