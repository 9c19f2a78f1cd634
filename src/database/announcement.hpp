#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace gatehouse::database {

/// Says that something changed: what kind of thing, and which one. `topic` is a view of the Topic's name or of the text
/// it was read from, which outlives it.
struct Announcement {
  std::string_view topic;
  std::int64_t id = 0;

  friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// A kind of thing that others remember and must hear of: `session`, `user`. Static, one per feature and kind. The type
/// of the id is part of it, so that a user cannot be announced as a session.
///
/// Processes use the name among themselves, also those of different versions, so neither it nor its meaning ever
/// changes. Two features may use the same name for the same thing without knowing each other.
template <class Id>
struct Topic {
  std::string_view name;  ///< lower-case letters and `_`, at most topic_bytes_max of them

  [[nodiscard]] constexpr Announcement of(Id id) const { return {name, id.value}; }
  /// The id, if the announcement is of this topic.
  [[nodiscard]] constexpr std::optional<Id> id_in(const Announcement& announcement) const {
    if (announcement.topic != name) return std::nullopt;
    return Id{announcement.id};
  }
};

inline constexpr std::size_t topic_bytes_max = 32;

/// `<topic>:<id>`, as it is sent to other processes. What they receive may end in `@<time>`: when it was announced, in
/// microseconds since 1970, by the database's clock.
[[nodiscard]] std::string to_text(const Announcement& announcement);

/// An announcement as a process receives it.
struct HeardAnnouncement {
  Announcement announcement;
  std::optional<TimePoint> said_at;

  friend bool operator==(const HeardAnnouncement&, const HeardAnnouncement&) = default;
};

/// Parses what another process announced, of a topic that may be unknown here; nothing if the text is not of the form
/// above. The result refers to `text`.
[[nodiscard]] std::optional<HeardAnnouncement> read_announcement(std::string_view text) noexcept;

}  // namespace gatehouse::database
