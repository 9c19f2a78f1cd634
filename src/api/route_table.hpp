#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "api/route.hpp"

namespace gatehouse::api {

/// The handlers of one route, bound to the resource whose member functions they are. The resource outlives it.
class Endpoint {
 public:
  /// For the index-th of Resource::routes.
  template <class Resource, std::size_t index>
  [[nodiscard]] static Endpoint of(Resource& resource) {
    constexpr const Route<Resource>& route = Resource::routes[index];
    Endpoint endpoint;
    endpoint.resource_ = &resource;
    if constexpr (route.handle != nullptr) {
      endpoint.handle_ = [](void* self, const http::Request& request, http::Answer& answer) {
        return (static_cast<Resource*>(self)->*Resource::routes[index].handle)(request, answer);
      };
    }
    if constexpr (route.handle_now != nullptr) {
      endpoint.handle_now_ = [](void* self, const http::Request& request, http::Answer& answer) {
        return (static_cast<Resource*>(self)->*Resource::routes[index].handle_now)(request, answer);
      };
    }
    return endpoint;
  }

  /// Answers without waiting if the route can; otherwise returns false, and handle() answers.
  [[nodiscard]] bool handle_now(const http::Request& request, http::Answer& answer) const {
    return handle_now_ != nullptr && handle_now_(resource_, request, answer);
  }
  /// Called after handle_now() has returned false. The request and the answer outlive the coroutine.
  [[nodiscard]] Task<> handle(const http::Request& request, http::Answer& answer) const {
    return handle_(resource_, request, answer);
  }

 private:
  Endpoint() = default;

  void* resource_ = nullptr;
  Task<> (*handle_)(void*, const http::Request&, http::Answer&) = nullptr;
  bool (*handle_now_)(void*, const http::Request&, http::Answer&) = nullptr;
};

/// Routes with their handlers, by the number that the router gives them. One per io thread; built at start, then only
/// read. The resources behind the handlers outlive it.
class RouteTable {
 public:
  explicit RouteTable(http::PathForm form) : router_(form) {}

  void add(const RouteInfo& info, Endpoint endpoint) {
    router_.add(info.methods, info.pattern);
    entries_.push_back({&info, endpoint});
  }

  /// Sets the request's route and its parameters.
  void match(http::Request& request) const {
    const http::Router::Match match = router_.match(request.method, request.path);
    request.route = match.route;
    request.parameters = match.parameters;
  }
  /// The route that a request would have if its path were compared loosely.
  [[nodiscard]] std::size_t loose_route(const http::Request& request) const {
    return router_.match(request.method, request.path, http::PathForm::loose).route;
  }
  /// The methods of a path, for `Allow`; see http::Router::allow().
  [[nodiscard]] std::string_view allow(std::string_view path) const { return router_.allow(path); }
  /// The right spelling of a path that no route has as written; nullopt if there is none.
  [[nodiscard]] std::optional<http::Router::Spelling> right_spelling(std::string_view path) const {
    return router_.right_spelling(path);
  }

  [[nodiscard]] const RouteInfo& info(std::size_t route) const { return *entries_[route].info; }
  [[nodiscard]] const Endpoint& endpoint(std::size_t route) const { return entries_[route].endpoint; }

 private:
  struct Entry {
    const RouteInfo* info;  ///< static
    Endpoint endpoint;
  };

  http::Router router_;
  std::vector<Entry> entries_;
};

/// The routes of several resources as one table, in order.
template <class... Resources>
struct RouteList {
  /// Known without any resource: for `gatehouse routes`, tests, metrics. The index is Request::route.
  static constexpr std::array infos =
      std::apply([](const auto&... route) { return std::array{route.info...}; }, std::tuple_cat(Resources::routes...));

  [[nodiscard]] static RouteTable bind(Resources&... resources, http::PathForm form = http::PathForm::exact) {
    RouteTable table{form};
    (add(table, resources, std::make_index_sequence<Resources::routes.size()>{}), ...);
    return table;
  }

 private:
  template <class Resource, std::size_t... index>
  static void add(RouteTable& table, Resource& resource, std::index_sequence<index...>) {
    (table.add(Resource::routes[index].info, Endpoint::of<Resource, index>(resource)), ...);
  }
};

}  // namespace gatehouse::api
