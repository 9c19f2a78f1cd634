#include "database/bulk_database.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace gatehouse::database {

Task<std::expected<Committed, Violation>> BulkDatabase::load(StagedRows rows, Changes changes,
                                                             std::vector<const Constraint*> expected) {
  assert(changes.announcements_.empty());
  auto results = co_await write(std::move(rows), std::move(changes.commands_));
  if (results) co_return Committed{*std::move(results)};
  const Violation& violation = results.error();
  const auto is_violated = [&violation](const Constraint* one) { return one->is_violated_by(violation); };
  if (std::ranges::none_of(expected, is_violated)) throw ConstraintViolation{std::move(results.error())};
  co_return std::unexpected(std::move(results.error()));
}

}  // namespace gatehouse::database
