#pragma once

#include <string>
#include <utility>
#include <variant>

#include "api/access/asker.hpp"
#include "api/login_answer.hpp"
#include "api/traces.hpp"
#include "base/field_error.hpp"
#include "flows/password_change/password_change_flow.hpp"
#include "flows/reauthentication/reauthentication.hpp"
#include "http/answer.hpp"

namespace gatehouse::api {

/// What a request with a session and a password says about its sender. `v6_prefix` as in traces_of().
[[nodiscard]] inline flows::OwnerClaim owner_claim(const http::Request& request, std::string session,
                                                   SecretString password, unsigned v6_prefix) {
  return {.session = std::move(session),
          .password = std::move(password),
          .traces = traces_of(request, v6_prefix),
          .asker = asker_of(request),
          .client_gone = request.client_gone};
}

/// Refuses a request that a user made with a session, a password and a new value.
class OwnerRefusals {
 public:
  OwnerRefusals(LoginErrors policy, http::Answer& answer) : policy_(policy), answer_(answer) {}

  void operator()(sessions::SessionError error) const { answer_.refuse(problem_of(error)); }
  void operator()(flows::PasswordError error) const { answer_.refuse(problem_of(error, policy_)); }
  void operator()(flows::EmailNotVerified /*refusal*/) const { answer_.refuse(problem("email_not_verified")); }
  void operator()(const FieldErrors& mistakes) const { answer_.refuse(problem("validation_failed"), mistakes); }

 private:
  LoginErrors policy_;
  http::Answer& answer_;
};

}  // namespace gatehouse::api
