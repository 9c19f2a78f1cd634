#pragma once

#include "api/access/api_keys.hpp"
#include "api/audit_cursor.hpp"
#include "api/page_cursor.hpp"
#include "api/revocation_cursor.hpp"
#include "devices/device_sealer.hpp"
#include "flows/login/login_flow.hpp"
#include "idempotency/repetition_keys.hpp"
#include "limits/shared_keys.hpp"
#include "lockout/account_keys.hpp"
#include "service/settings.hpp"
#include "sessions/refresh_sealer.hpp"
#include "sessions/session_sealer.hpp"
#include "sessions/shared_session_keys.hpp"

namespace gatehouse::service {

/// Everything that is made from the settings' secrets, except for tokens, which have a TokenRing. A running service
/// gets another one when the secrets have changed (SIGHUP); each io thread switches to it by itself. Immutable, any
/// thread.
struct KeySet {
  /// The settings need not outlive it.
  explicit KeySet(const Settings& settings)
      : api_keys(settings.api.api_keys, settings.api.api_keys_tell_client),
        sealer(settings.sessions.secrets),
        refreshes(settings.sessions.secrets),
        cursor(settings.sessions.secrets.front()),
        audit_cursor(settings.sessions.secrets.front()),
        revocation_cursor(settings.sessions.secrets),
        accounts(settings.sessions.secrets),
        devices(settings.sessions.secrets),
        repetitions(settings.sessions.secrets),
        limits(settings.sessions.secrets.front()),
        shared_sessions(settings.sessions.secrets.front(), settings.database.change_feed) {}

  [[nodiscard]] flows::PasswordCheck::Keys of_passwords() const { return {.accounts = accounts, .devices = devices}; }

  const api::ApiKeys api_keys;
  const sessions::SessionSealer sealer;
  const sessions::RefreshSealer refreshes;
  const api::PageCursor cursor;
  const api::AuditCursor audit_cursor;
  const api::RevocationCursor revocation_cursor;
  const lockout::AccountKeys accounts;
  const devices::DeviceSealer devices;
  const idempotency::RepetitionKeys repetitions;
  const limits::SharedKeys limits;
  const sessions::SharedSessionKeys shared_sessions;
};

}  // namespace gatehouse::service
