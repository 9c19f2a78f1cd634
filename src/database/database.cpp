#include "database/database.hpp"

#include <algorithm>
#include <exception>

namespace gatehouse::database {

Task<std::expected<Committed, Violation>> Database::commit_expecting(Changes changes, Expected expected) {
  // The object may be gone when a write that it started ends, so from here on only the frame is touched.
  Observers& observers = observers_;
  const std::vector<Announcement> announcements = changes.announcements_;
  std::vector<Announcement> to_others = std::move(changes.announcements_);
  std::expected<std::vector<Rows>, Violation> results;
  std::exception_ptr failure;

  observers.announce(announcements);
  try {
    results = co_await write(std::move(changes.commands_), std::move(to_others));
  } catch (...) {
    failure = std::current_exception();
  }
  observers.announce(announcements);

  if (failure) std::rethrow_exception(failure);
  if (results) co_return Committed{*std::move(results)};
  const auto is_violated = [&](const Constraint* one) { return one->is_violated_by(results.error()); };
  if (std::ranges::none_of(expected, is_violated)) throw ConstraintViolation{std::move(results.error())};
  co_return std::unexpected(std::move(results.error()));
}

Task<Committed> Database::commit(Changes changes) {
  Expected nothing;
  auto committed = co_await commit_expecting(std::move(changes), std::move(nothing));
  co_return *std::move(committed);  // every violation has been thrown
}

Task<> Database::commit(Change<void> change) {
  Changes changes;
  changes.add(std::move(change));
  (void)co_await commit(std::move(changes));
}

}  // namespace gatehouse::database
