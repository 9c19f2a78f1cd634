#include "database/change_feed_facts.hpp"

namespace gatehouse::database {
namespace {

constexpr Statement change_feed_facts{"doctor_change_feed",
                                      "SELECT notifies, writes_rows FROM change_feed WHERE id = 1"};

}  // namespace

Task<ChangeFeedFacts> read_change_feed_facts(Database& database) {
  Parameters none;
  const Rows rows = co_await database.query(change_feed_facts, std::move(none));
  if (rows.empty()) throw StatementFailed{"the row of change_feed was deleted"};
  co_return ChangeFeedFacts{.by_notify = rows[0].integer(0) != 0, .by_rows = rows[0].integer(1) != 0};
}

std::optional<std::string> remark_on(const ChangeFeedFacts& facts, ChangeFeedKind setting) {
  const bool by_rows = setting == ChangeFeedKind::redis;
  const bool is_told = by_rows ? facts.by_rows : facts.by_notify;
  const bool is_other_told = by_rows ? facts.by_notify : facts.by_rows;
  const std::string own = by_rows ? "CHANGE_FEED=redis" : "CHANGE_FEED=postgres";
  const std::string other = by_rows ? "CHANGE_FEED=postgres" : "CHANGE_FEED=redis";
  if (!is_told) {
    return "changes are announced for " + other + ", which other replicas use; from the first start with " + own +
           " on, they are announced for both";
  }
  if (!is_other_told) return std::nullopt;
  return "changes are announced for CHANGE_FEED=postgres and for CHANGE_FEED=redis; for " + other +
         " this ends two minutes after its last replica";
}

}  // namespace gatehouse::database
