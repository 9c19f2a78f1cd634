#pragma once

#include <array>
#include <chrono>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "crypto/reference_sealer.hpp"
#include "json/writer.hpp"

namespace gatehouse::devices {

using DeviceId = StrongId<struct DeviceTag>;

/// How long a device is known after its last login.
inline constexpr std::chrono::days lifetime{365};

/// The device token carries it, the database holds its SHA-256.
using DeviceSecret = crypto::Reference::Secret;

[[nodiscard]] inline std::string_view bytes_of(const DeviceSecret& secret) { return {secret.data(), secret.size()}; }

/// What is known of a device.
struct Device {
  DeviceId id;
  TimePoint created_at;    ///< the first login on it
  TimePoint last_seen_at;  ///< the last one
  TimePoint expires_at;
};

/// Writes `{"id":3,"createdAt":"…","lastSeenAt":"…","expiresAt":"…"}`.
void write_device(json::Writer& writer, const Device& device);

}  // namespace gatehouse::devices
