#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "api/route.hpp"
#include "flows/identity/identity_flow.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// `/user-auth/verify-sessions`: many sessions in one call, for back ends that check many at once. One per io thread.
class SessionBatchRoutes {
 public:
  /// Most sessions in one call.
  static constexpr std::size_t sessions_max = 100;

  /// The flow outlives the routes.
  SessionBatchRoutes(flows::IdentityFlow& identity, http::UnknownFields unknown_fields)
      : identity_(identity), unknown_fields_(unknown_fields) {}

  /// One entry for each session, in their order, with the status and the body that verify-session would answer. Those
  /// that the cache does not know are looked up in the database concurrently.
  Task<> verify_sessions(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<SessionBatchRoutes>{
          {http::Method::post, "/user-auth/verify-sessions", "verifySessions", Access::scope(Scope::auth)},
          &SessionBatchRoutes::verify_sessions},
  };

 private:
  /// What was found out about one session.
  struct Verdict {
    const http::Problem* refusal = nullptr;
    sessions::SessionView session;
  };

  /// False if only the database knows.
  bool verify_now(std::string_view sealed, Verdict& verdict);
  Task<> verify(std::string sealed, Verdict& verdict);
  static void write(json::Writer& writer, const Verdict& verdict);

  flows::IdentityFlow& identity_;
  const http::UnknownFields unknown_fields_;
};

}  // namespace gatehouse::api
