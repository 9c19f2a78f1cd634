#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/sealed_place.hpp"
#include "audit/audit_store.hpp"

namespace gatehouse::api {

/// The `after` of a page of events: the place after which the next page starts. Any thread.
class AuditCursor {
 public:
  explicit AuditCursor(const SecretString& secret) : sealed_(secret, "gatehouse audit cursor v1") {}

  [[nodiscard]] std::string write(const audit::Place& place, crypto::Random& random) const {
    return sealed_.write({.time = place.at, .id = place.id.value}, random);
  }
  [[nodiscard]] std::optional<audit::Place> read(std::string_view text) const {
    const auto place = sealed_.read(text);
    if (!place) return std::nullopt;
    return audit::Place{.at = place->time, .id = audit::EventId{place->id}};
  }

 private:
  SealedPlace sealed_;
};

}  // namespace gatehouse::api
