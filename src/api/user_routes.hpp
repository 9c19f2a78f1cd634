#pragma once

#include <array>
#include <optional>
#include <string>

#include "api/api_settings.hpp"
#include "api/once_per_key.hpp"
#include "api/page_cursor.hpp"
#include "api/route.hpp"
#include "crypto/random.hpp"
#include "flows/account/account_flow.hpp"
#include "flows/account/account_rules.hpp"
#include "http/body.hpp"
#include "users/user_search_store.hpp"
#include "users/user_store.hpp"

namespace gatehouse::api {

/// `/users`: create, read, change and remove. One per io thread.
class UserRoutes {
 public:
  /// Everything but the settings outlives the routes.
  UserRoutes(database::Database& database, flows::AccountFlow& accounts, flows::AccountRules& rules,
             idempotency::Repetitions& repetitions, const PageCursor& cursor, crypto::Random& random,
             const ApiSettings& settings);

  /// Switches to another cursor, which replaces the previous one.
  void use(const PageCursor& cursor) { cursor_ = &cursor; }

  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> show(const http::Request& request, http::Answer& answer);
  Task<> create(const http::Request& request, http::Answer& answer);
  Task<> change(const http::Request& request, http::Answer& answer);
  Task<> remove(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<UserRoutes>{{http::Method::get, "/users", "listUsers", Access::scope(Scope::users_read)},
                        &UserRoutes::list},
      Route<UserRoutes>{
          {http::Method::post, "/users", "createUser", Access::scope(Scope::users_write), limits::Policy::registration},
          &UserRoutes::create},
      Route<UserRoutes>{{http::Method::get, "/users/{id}", "getUser", Access::scope(Scope::users_read)},
                        &UserRoutes::show},
      Route<UserRoutes>{{http::Method::put, "/users/{id}", "updateUser", Access::scope(Scope::users_write)},
                        &UserRoutes::change},
      Route<UserRoutes>{{http::Method::delete_, "/users/{id}", "deleteUser", Access::scope(Scope::users_write)},
                        &UserRoutes::remove},
  };

 private:
  /// Whether a change of a user fails to say which version was seen although that is required (RFC 6585 section 3).
  [[nodiscard]] bool lacks_condition(const http::Request& request) const;
  Task<> create_first(const http::Request& request, http::Answer& answer, const idempotency::RepeatableWork* work);
  void create_again(const http::Request& request, const idempotency::Earlier& earlier, http::Answer& answer) const;
  Task<> list_by_email(std::string email, http::Answer& answer);
  Task<> list_page(unsigned limit, std::optional<users::PagePosition> after, http::Answer& answer);
  Task<> stream_all(http::Answer& answer);
  Task<std::optional<users::PagePosition>> write_part(json::Writer& writer, std::optional<users::PagePosition> after);

  users::UserStore users_;
  users::UserSearchStore search_;
  flows::AccountFlow& accounts_;
  flows::AccountRules& rules_;
  OncePerKey once_per_key_;
  const PageCursor* cursor_;
  crypto::Random& random_;
  const http::UnknownFields unknown_fields_;
  const bool require_if_match_;
};

}  // namespace gatehouse::api
