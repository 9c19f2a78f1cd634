#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/sealed_place.hpp"
#include "revocations/model.hpp"

namespace gatehouse::api {

/// The `cursor` of the revocation feed: how far its reader has read. Any thread.
class RevocationCursor {
 public:
  /// The first secret seals, every secret opens, so that readers can go on while a secret is replaced. At least one.
  explicit RevocationCursor(const std::vector<SecretString>& secrets) {
    for (const SecretString& secret : secrets) places_.emplace_back(secret, "gatehouse revocation cursor v1");
  }

  [[nodiscard]] std::string write(const revocations::Place& place, crypto::Random& random) const {
    return places_.front().write({.time = place.at, .id = place.position}, random);
  }
  [[nodiscard]] std::optional<revocations::Place> read(std::string_view text) const {
    for (const SealedPlace& sealed : places_) {
      if (const auto place = sealed.read(text)) return revocations::Place{.position = place->id, .at = place->time};
    }
    return std::nullopt;
  }

 private:
  std::deque<SealedPlace> places_;  ///< they cannot be moved
};

}  // namespace gatehouse::api
