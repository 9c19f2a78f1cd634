#pragma once

#include <optional>
#include <string>

#include "api/page_cursor.hpp"
#include "crypto/random.hpp"
#include "flows/account/account_flow.hpp"
#include "http/router.hpp"
#include "users/user_store.hpp"

namespace gatehouse::api {

/// `/users`: create, read, change and remove. One per io thread.
class UserRoutes {
 public:
  /// Everything outlives the routes.
  UserRoutes(database::Database& database, flows::AccountFlow& accounts, const PageCursor& cursor,
             crypto::Random& random);

  void add_to(http::Router& router);

 private:
  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> list_page(unsigned limit, std::optional<users::PagePosition> after, http::Answer& answer);
  Task<> stream_all(http::Answer& answer);
  Task<std::optional<users::PagePosition>> append_part(std::string& json, std::optional<users::PagePosition> after);
  Task<> show(const http::Request& request, http::Answer& answer);
  Task<> create(const http::Request& request, http::Answer& answer);
  Task<> change(const http::Request& request, http::Answer& answer);
  Task<> remove(const http::Request& request, http::Answer& answer);

  users::UserStore users_;
  flows::AccountFlow& accounts_;
  const PageCursor& cursor_;
  crypto::Random& random_;
};

}  // namespace gatehouse::api
