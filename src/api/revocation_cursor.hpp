#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/sealed_place.hpp"
#include "revocations/model.hpp"

namespace gatehouse::api {

/// The `cursor` of the revocation feed: how far its reader has read. Any thread.
class RevocationCursor {
 public:
  explicit RevocationCursor(const SecretString& secret) : sealed_(secret, "gatehouse revocation cursor v1") {}

  [[nodiscard]] std::string write(const revocations::Place& place, crypto::Random& random) const {
    return sealed_.write({.time = place.at, .id = place.position}, random);
  }
  [[nodiscard]] std::optional<revocations::Place> read(std::string_view text) const {
    const auto place = sealed_.read(text);
    if (!place) return std::nullopt;
    return revocations::Place{.position = place->id, .at = place->time};
  }

 private:
  SealedPlace sealed_;
};

}  // namespace gatehouse::api
