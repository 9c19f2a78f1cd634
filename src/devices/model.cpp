#include "devices/model.hpp"

namespace gatehouse::devices {

void write_device(json::Writer& writer, const Device& device) {
  writer.begin_object()
      .member("id", device.id.value)
      .member("createdAt", device.created_at)
      .member("lastSeenAt", device.last_seen_at)
      .member("expiresAt", device.expires_at)
      .end_object();
}

}  // namespace gatehouse::devices
