#pragma once

#include <array>

#include "api/route.hpp"
#include "flows/refresh/refresh_flow.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// `/user-auth/refresh`: a new token for whoever has a refresh token. One per io thread.
///
/// It has no rate limit of its own, as checks have none: a text that is not a token costs one decryption and no query,
/// nobody can guess 128 bits, and a limit per address would hit all who refresh from behind it.
class RefreshRoutes {
 public:
  /// The flow outlives the routes.
  RefreshRoutes(flows::RefreshFlow& refreshes, http::UnknownFields unknown_fields)
      : refreshes_(refreshes), unknown_fields_(unknown_fields) {}

  Task<> refresh(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<RefreshRoutes>{{http::Method::post, "/user-auth/refresh", "refreshToken", Access::scope(Scope::auth)},
                           &RefreshRoutes::refresh},
  };

 private:
  flows::RefreshFlow& refreshes_;
  const http::UnknownFields unknown_fields_;
};

}  // namespace gatehouse::api
