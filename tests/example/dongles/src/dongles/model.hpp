#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::dongles {

using DongleId = StrongId<struct DongleTag>;

inline constexpr std::chrono::days lifetime{90};  ///< of a dongle that its user does not add again
inline constexpr std::int64_t name_bytes_max = 100;

/// A dongle that a user carries, by the name that the user gave it.
struct Dongle {
  DongleId id;
  std::string name;
  TimePoint created_at;
  TimePoint expires_at;  ///< not shown and not counted from then on
};

/// Writes `{"id":1,"name":"…","createdAt":"…","expiresAt":"…"}`.
inline void write_dongle(json::Writer& writer, const Dongle& dongle) {
  writer.begin_object()
      .member("id", dongle.id)
      .member("name", dongle.name)
      .member("createdAt", dongle.created_at)
      .member("expiresAt", dongle.expires_at)
      .end_object();
}

}  // namespace gatehouse::dongles
