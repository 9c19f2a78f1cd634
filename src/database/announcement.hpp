#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace gatehouse::database {

/// Something changed: what kind of thing, and which one. A value without an owner; `topic` lives as long as the Topic
/// or the text that it came from.
struct Announcement {
  std::string_view topic;
  std::int64_t id = 0;

  friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// A kind of thing that others remember and must hear of: `session`, `user`. Static, one per feature and kind. The id's
/// type belongs to it, so that a user cannot be announced as a session.
///
/// The name is what processes say to each other, of different versions too: it never changes and keeps its meaning. Two
/// features may give one name to the same thing without knowing each other.
template <class Id>
struct Topic {
  std::string_view name;  ///< lower-case letters and `_`, at most topic_bytes_max of them

  [[nodiscard]] constexpr Announcement of(Id id) const { return {name, id.value}; }
  /// The id, where the announcement is of this topic.
  [[nodiscard]] constexpr std::optional<Id> id_in(const Announcement& announcement) const {
    if (announcement.topic != name) return std::nullopt;
    return Id{announcement.id};
  }
};

inline constexpr std::size_t topic_bytes_max = 32;

/// `<topic>:<id>`, as it travels to other processes. There `@<time>` may follow: when it was said, in microseconds
/// since 1970, by the database's clock.
[[nodiscard]] std::string to_text(const Announcement& announcement);

/// An announcement that has travelled.
struct HeardAnnouncement {
  Announcement announcement;
  std::optional<TimePoint> said_at;

  friend bool operator==(const HeardAnnouncement&, const HeardAnnouncement&) = default;
};

/// What another process said, of a topic that may be unknown here; nothing where the text is not of the form above. The
/// result refers to `text`.
[[nodiscard]] std::optional<HeardAnnouncement> read_announcement(std::string_view text) noexcept;

}  // namespace gatehouse::database
