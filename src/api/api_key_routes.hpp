#pragma once

#include <array>
#include <optional>
#include <string>

#include "api/once_per_key.hpp"
#include "api/route.hpp"
#include "api_keys/api_key_store.hpp"
#include "base/clock.hpp"
#include "flows/api_keys/api_key_flow.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// `/api-keys`: make, list, rotate and revoke keys of the table. Reading needs the same scope as writing: which keys
/// there are concerns nobody else. One per io thread.
class ApiKeyRoutes {
 public:
  /// The references outlive the routes.
  ApiKeyRoutes(database::Database& database, flows::ApiKeyFlow& keys, idempotency::Repetitions& repetitions,
               const Clock& clock, http::UnknownFields unknown_fields)
      : store_(database), keys_(keys), once_per_key_(repetitions), clock_(clock), unknown_fields_(unknown_fields) {}

  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> create(const http::Request& request, http::Answer& answer);
  Task<> show(const http::Request& request, http::Answer& answer);
  Task<> rotate(const http::Request& request, http::Answer& answer);
  Task<> revoke(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<ApiKeyRoutes>{{http::Method::get, "/api-keys", "listApiKeys", Access::scope(Scope::keys_write)},
                          &ApiKeyRoutes::list},
      Route<ApiKeyRoutes>{{http::Method::post, "/api-keys", "createApiKey", Access::scope(Scope::keys_write)},
                          &ApiKeyRoutes::create},
      Route<ApiKeyRoutes>{{http::Method::get, "/api-keys/{id}", "getApiKey", Access::scope(Scope::keys_write)},
                          &ApiKeyRoutes::show},
      Route<ApiKeyRoutes>{
          {http::Method::post, "/api-keys/{id}/rotate", "rotateApiKey", Access::scope(Scope::keys_write)},
          &ApiKeyRoutes::rotate},
      Route<ApiKeyRoutes>{{http::Method::delete_, "/api-keys/{id}", "revokeApiKey", Access::scope(Scope::keys_write)},
                          &ApiKeyRoutes::revoke},
  };

 private:
  Task<> create_first(const http::Request& request, http::Answer& answer, const idempotency::RepeatableWork* work);
  Task<> rotate_first(const http::Request& request, http::Answer& answer, const idempotency::RepeatableWork* work);
  void answer_again(const http::Request& request, const idempotency::Earlier& earlier, http::Answer& answer) const;

  api_keys::ApiKeyStore store_;
  flows::ApiKeyFlow& keys_;
  OncePerKey once_per_key_;
  const Clock& clock_;
  const http::UnknownFields unknown_fields_;
};

}  // namespace gatehouse::api
