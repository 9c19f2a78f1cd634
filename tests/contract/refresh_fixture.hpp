#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "contract/recovery_fixture.hpp"

namespace gatehouse::testing {

/// Logins with refresh tokens, and what becomes of the tokens.
class RefreshFixture : public RecoveryFixture {
 protected:
  using Outcome = std::expected<flows::Refreshed, flows::RefreshError>;

  static constexpr std::chrono::seconds grace{30};
  static constexpr std::chrono::seconds beyond_grace{31};
  static constexpr std::string_view attempt_a = "attempt-a-0123456789";
  static constexpr std::string_view attempt_b = "attempt-b-0123456789";

  const users::User ada_ = create("ada@example.com", right);

  RefreshFixture() { forget_mails(); }

  flows::LoginResult log_in_refreshable() {
    auto request = login_request("ada@example.com", right);
    request.refreshing = flows::Refreshing::yes;
    return run(login_.login(std::move(request))).value();
  }
  /// The refresh token of a new login.
  std::string first_token() { return log_in_refreshable().refreshable.value().refresh_token; }

  [[nodiscard]] flows::RefreshRequest request_with(std::string_view token,
                                                   std::optional<std::string_view> attempt = {}) const {
    flows::RefreshRequest request{.token = SecretString{token}, .attempt = std::nullopt, .asker = asker()};
    if (attempt) request.attempt = std::string{*attempt};
    return request;
  }
  Outcome refresh(std::string_view token, std::optional<std::string_view> attempt = {}) {
    return run(capabilities_.refreshes.refresh(request_with(token, attempt)));
  }
  /// The successor of a token, which must be valid.
  std::string refreshed(std::string_view token, std::optional<std::string_view> attempt = {}) {
    return refresh(token, attempt).value().pair.refreshable.refresh_token;
  }
  /// Why the token is not refreshed; nullopt if it is.
  std::optional<flows::RefreshError> refusal(std::string_view token, std::optional<std::string_view> attempt = {}) {
    const auto outcome = refresh(token, attempt);
    return outcome ? std::nullopt : std::optional{outcome.error()};
  }

  [[nodiscard]] sessions::RefreshReference opened(std::string_view token) const {
    return shared_.keys->refreshes.open(token).value();
  }
  [[nodiscard]] std::int64_t generation_of(std::string_view token) const { return opened(token).generation; }
  std::int64_t stored_generation(SessionId id) {
    return run(sessions::SessionStore{*database_}.find_refreshable(id)).value().state.value().generation;
  }
};

}  // namespace gatehouse::testing
