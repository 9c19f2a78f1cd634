#pragma once

#include "api/access/api_keys.hpp"
#include "api/audit_cursor.hpp"
#include "api/page_cursor.hpp"
#include "crypto/random.hpp"
#include "devices/device_sealer.hpp"
#include "flows/login/login_flow.hpp"
#include "lockout/account_keys.hpp"
#include "service/settings.hpp"
#include "sessions/refresh_sealer.hpp"
#include "sessions/session_sealer.hpp"
#include "tokens/token_issuer.hpp"
#include "tokens/token_verifier.hpp"

namespace gatehouse::service {

/// What is made of the settings' secrets. A running service gets another one when they have changed (SIGHUP); each io
/// thread turns to it by itself. Immutable, any thread.
struct KeySet {
  /// `random` outlives it, the settings need not. Throws std::invalid_argument, with the name of the setting, where a
  /// key cannot be used.
  KeySet(const Settings& settings, crypto::Random& random)
      : api_keys(settings.api.api_keys, settings.api.api_keys_tell_client),
        sealer(settings.sessions.secrets),
        refreshes(settings.sessions.secrets),
        issuer(settings.tokens, random),
        verifier(settings.tokens),
        cursor(settings.sessions.secrets.front()),
        audit_cursor(settings.sessions.secrets.front()),
        accounts(settings.sessions.secrets.front()),
        devices(settings.sessions.secrets) {}

  [[nodiscard]] flows::PasswordCheck::Keys of_passwords() const { return {.accounts = accounts, .devices = devices}; }

  const api::ApiKeys api_keys;
  const sessions::SessionSealer sealer;
  const sessions::RefreshSealer refreshes;
  const tokens::TokenIssuer issuer;
  const tokens::TokenVerifier verifier;
  const api::PageCursor cursor;
  const api::AuditCursor audit_cursor;
  const lockout::AccountKeys accounts;
  const devices::DeviceSealer devices;
};

}  // namespace gatehouse::service
