#pragma once

#include <array>

#include "api/route.hpp"
#include "flows/devices/device_flow.hpp"

namespace gatehouse::api {

/// `/users/{id}/devices`: what a user calls the things that they log in on. One per io thread.
class DeviceRoutes {
 public:
  /// The flow outlives the routes.
  explicit DeviceRoutes(flows::DeviceFlow& devices) : devices_(devices) {}

  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> add(const http::Request& request, http::Answer& answer);
  Task<> remove_all(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<DeviceRoutes>{{http::Method::get, "/users/{id}/devices", "listDevices", Access::scope(Scope::devices)},
                          &DeviceRoutes::list},
      Route<DeviceRoutes>{{http::Method::post, "/users/{id}/devices", "addDevice", Access::scope(Scope::devices)},
                          &DeviceRoutes::add},
      Route<DeviceRoutes>{
          {http::Method::delete_, "/users/{id}/devices", "removeDevices", Access::scope(Scope::devices)},
          &DeviceRoutes::remove_all},
  };

 private:
  flows::DeviceFlow& devices_;
};

}  // namespace gatehouse::api
