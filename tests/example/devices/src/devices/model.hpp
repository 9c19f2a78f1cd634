#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::devices {

using DeviceId = StrongId<struct DeviceTag>;

inline constexpr std::chrono::days lifetime{90};  ///< of a device that its user does not add again
inline constexpr std::int64_t name_bytes_max = 100;

/// What a user calls one of the things that they log in on.
struct Device {
  DeviceId id;
  std::string name;
  TimePoint created_at;
  TimePoint expires_at;  ///< not shown and not counted from then on
};

/// Writes `{"id":1,"name":"…","createdAt":"…","expiresAt":"…"}`.
inline void write_device(json::Writer& writer, const Device& device) {
  writer.begin_object()
      .member("id", device.id)
      .member("name", device.name)
      .member("createdAt", device.created_at)
      .member("expiresAt", device.expires_at)
      .end_object();
}

}  // namespace gatehouse::devices
