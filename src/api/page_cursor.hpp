#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/sealed_place.hpp"
#include "users/user_store.hpp"

namespace gatehouse::api {

/// The `after` of a page of users: the position after which the next page starts. Any thread.
class PageCursor {
 public:
  explicit PageCursor(const SecretString& secret) : sealed_(secret, "gatehouse page cursor v1") {}

  [[nodiscard]] std::string write(const users::PagePosition& position, crypto::Random& random) const {
    return sealed_.write({.time = position.created_at, .id = position.id.value}, random);
  }
  [[nodiscard]] std::optional<users::PagePosition> read(std::string_view text) const {
    const auto place = sealed_.read(text);
    if (!place) return std::nullopt;
    return users::PagePosition{place->time, UserId{place->id}};
  }

 private:
  SealedPlace sealed_;
};

}  // namespace gatehouse::api
