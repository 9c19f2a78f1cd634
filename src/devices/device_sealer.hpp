#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "crypto/reference_sealer.hpp"
#include "devices/model.hpp"

namespace gatehouse::devices {

/// The contents of a device token: the row's id, and the secret that proves it.
struct DeviceReference {
  DeviceId id;
  DeviceSecret secret;
};

/// Makes and opens the token by which a device is recognised; crypto::ReferenceSealer describes how. Immutable; any
/// thread.
class DeviceSealer {
 public:
  /// The values of SESSION_SECRET: at least one. They are not kept, only the keys derived from them.
  explicit DeviceSealer(std::span<const SecretString> secrets) : sealer_(kind, secrets) {}

  [[nodiscard]] std::string seal(const DeviceReference& reference, crypto::Random& random) const {
    return sealer_.seal({.id = reference.id.value, .secret = reference.secret}, random);
  }

  /// Nothing unless every character is as it was sealed with one of the secrets.
  [[nodiscard]] std::optional<DeviceReference> open(std::string_view token) const {
    const auto reference = sealer_.open(token);
    if (!reference) return std::nullopt;
    return DeviceReference{.id = DeviceId{reference->id}, .secret = reference->secret};
  }

 private:
  static constexpr crypto::ReferenceSealer::Kind kind{
      .first_byte = 2, .key_purpose = "gatehouse device v1", .key_id_purpose = "gatehouse device key id v1"};

  crypto::ReferenceSealer sealer_;
};

}  // namespace gatehouse::devices
