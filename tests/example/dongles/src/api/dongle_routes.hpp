#pragma once

#include <array>

#include "api/route.hpp"
#include "flows/dongles/dongle_flow.hpp"

namespace gatehouse::api {

/// `/users/{id}/dongles`: the dongles that a user carries, and what the user calls them. One per io thread.
class DongleRoutes {
 public:
  /// The flow outlives the routes.
  explicit DongleRoutes(flows::DongleFlow& dongles) : dongles_(dongles) {}

  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> add(const http::Request& request, http::Answer& answer);
  Task<> remove_all(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<DongleRoutes>{{http::Method::get, "/users/{id}/dongles", "listDongles", Access::scope(Scope::dongles)},
                          &DongleRoutes::list},
      Route<DongleRoutes>{{http::Method::post, "/users/{id}/dongles", "addDongle", Access::scope(Scope::dongles)},
                          &DongleRoutes::add},
      Route<DongleRoutes>{
          {http::Method::delete_, "/users/{id}/dongles", "removeDongles", Access::scope(Scope::dongles)},
          &DongleRoutes::remove_all},
  };

 private:
  flows::DongleFlow& dongles_;
};

}  // namespace gatehouse::api
