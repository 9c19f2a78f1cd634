#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "database/announcement.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"

namespace gatehouse::database {

/// One write with its parameters, what it announces, and how its result is read. Stores make them; they do nothing
/// until they are committed. The announcement cannot be forgotten: a Write with a topic needs the id of what it
/// changes.
template <class Result>
class [[nodiscard]] Change {
 public:
  using Read = Result (*)(const Rows& rows);

  Change(const Write<void>& write, Parameters parameters, Read read)
      : command_{&write.statement, std::move(parameters)}, read_(read) {}
  template <class Id>
    requires(!std::is_void_v<Id>)
  Change(const Write<Id>& write, Id changed, Parameters parameters, Read read)
      : command_{&write.statement, std::move(parameters)}, announcement_(write.topic.of(changed)), read_(read) {}

 private:
  friend class Changes;

  Command command_;
  std::optional<Announcement> announcement_;
  Read read_;
};

/// A write without a result.
template <>
class [[nodiscard]] Change<void> {
 public:
  Change(const Write<void>& write, Parameters parameters) : command_{&write.statement, std::move(parameters)} {}
  template <class Id>
    requires(!std::is_void_v<Id>)
  Change(const Write<Id>& write, Id changed, Parameters parameters)
      : command_{&write.statement, std::move(parameters)}, announcement_(write.topic.of(changed)) {}

  /// The same, counted as `occurrence` if it touches a row.
  [[nodiscard]] Change counted(const Occurrence& occurrence) && {
    command_.occurrence = occurrence;
    return std::move(*this);
  }

 private:
  friend class Changes;

  Command command_;
  std::optional<Announcement> announcement_;
};

/// How many rows a write touched, for Change<std::int64_t>.
[[nodiscard]] inline std::int64_t affected_rows(const Rows& rows) { return rows.affected(); }

/// Where a change's result will be, once the Changes it was added to are committed. It is trivial on purpose, and
/// marked, so that the compiler warns if it is never read: no result is forgotten.
template <class Result>
struct [[nodiscard, gnu::warn_unused]] ResultOf {
  std::size_t index;
  Result (*read)(const Rows& rows);
};

/// Writes that happen together, in order, as one transaction: all of them or none. What they announce is announced with
/// the whole, each announcement once. Made and committed by one coroutine.
class Changes {
 public:
  Changes() = default;
  Changes(Changes&&) = default;
  Changes& operator=(Changes&&) = default;
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  template <class Result>
  [[nodiscard]] ResultOf<Result> add(Change<Result> change) {
    take(std::move(change.command_), change.announcement_);
    return {commands_.size() - 1, change.read_};
  }
  void add(Change<void> change) { take(std::move(change.command_), change.announcement_); }

  [[nodiscard]] bool empty() const { return commands_.empty(); }

  /// Adds an announcement, such as of something that a statement changes as a side effect.
  void announce(const Announcement& announcement);

  [[nodiscard]] std::span<const Announcement> announcements() const { return announcements_; }

 private:
  friend class BulkDatabase;
  friend class Database;

  void take(Command command, const std::optional<Announcement>& announcement);

  std::vector<Command> commands_;
  std::vector<Announcement> announcements_;
};

/// Changes that are durable, and their results.
class [[nodiscard]] Committed {
 public:
  Committed() = default;
  explicit Committed(std::vector<Rows> results) : results_(std::move(results)) {}

  /// `handle` comes from the Changes that were committed.
  template <class Result>
  [[nodiscard]] Result result(ResultOf<Result> handle) const {
    assert(handle.index < results_.size());
    return handle.read(results_[handle.index]);
  }

 private:
  std::vector<Rows> results_;
};

}  // namespace gatehouse::database
