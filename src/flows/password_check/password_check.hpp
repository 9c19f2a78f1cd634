#pragma once

#include <chrono>
#include <exception>
#include <expected>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "audit/audit_store.hpp"
#include "audit/tally.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "database/database.hpp"
#include "devices/device_sealer.hpp"
#include "devices/device_store.hpp"
#include "flows/counts/flow_counts.hpp"
#include "flows/letters/letters.hpp"
#include "flows/password_check/traces.hpp"
#include "flows/turns/turns.hpp"
#include "lockout/account_keys.hpp"
#include "lockout/guard_store.hpp"
#include "lockout/lockout_settings.hpp"
#include "lockout/source_store.hpp"
#include "passwords/password_service.hpp"
#include "runtime/steady_timer.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Why a password was refused. That of a blocked account or of a disabled user is always wrong.
enum class PasswordError { unknown_user, wrong_password };

/// A password that was refused.
struct PasswordRefusal {
  PasswordError error;   ///< all that anybody outside may learn
  LoginOutcome outcome;  ///< for the metrics
};

/// Somebody says that they are this user.
struct PasswordAttempt {
  std::string email;
  SecretString password;
  Traces traces;
  audit::Origin origin;         ///< who asks, for the audit trail
  std::stop_token client_gone;  ///< once it is asked to stop, no hashing begins

  [[nodiscard]] PasswordAttempt clone() const { return {email, password.clone(), traces, origin, client_gone}; }
};

/// A right password. What it was checked for must be committed together with PasswordCheck::add_success().
struct CheckedPassword {
  users::UserCredentials credentials;
  std::optional<std::string> replacement;  ///< a better hash, to be stored
  lockout::Place place;
  std::optional<std::string> source;               ///< the key of the address, if it is known
  std::optional<devices::DeviceReference> device;  ///< the known device that it came from
};

/// What wrong passwords have led to.
struct Standing {
  std::optional<TimePoint> blocked_until;  ///< nullopt: not blocked, or blocked for good
  bool is_disabled = false;                ///< blocked for good: until somebody unlocks it
};

/// The one way to check a password: every path that asks for one comes here, so that all share the same counters.
///
/// Wrong passwords are counted for each account, in parts: one for each of the user's devices, one for each address
/// from which the user logged in before, and one for everywhere else together. So guesses from elsewhere never keep out
/// the owner, who comes from a known device or address. An attempt takes a place in the budget before anything is
/// hashed; if others under way have taken all places, it waits for them. Blocked attempts take the same time, look the
/// same, and do not count as failures.
///
/// A refusal is on record when check() returns: `login.failed` in the write that counts it, `login.blocked` in the
/// tally. A user whose password is guessed from elsewhere is told, once a day.
///
/// One per io thread; everything it refers to outlives it. Throws what Database and PasswordService throw, and
/// database::Unavailable{overload} if too many attempts on one account wait.
class PasswordCheck {
 public:
  /// What depends on the secrets, and changes with them.
  struct Keys {
    const lockout::AccountKeys& accounts;
    const devices::DeviceSealer& devices;
  };

  /// What a check works with.
  struct Parts {
    database::Database& database;
    passwords::PasswordService& passwords;
    audit::Tally& tally;
    FlowCounts& counts;
    Letters& letters;
    const Clock& clock;
    lockout::LockoutSettings settings;
    std::chrono::milliseconds wait_max;  ///< for a place, while others have all of them
  };

  PasswordCheck(const Parts& parts, const Keys& keys);

  /// Replaces the keys.
  void use(const Keys& keys);

  [[nodiscard]] Task<std::expected<CheckedPassword, PasswordRefusal>> check(PasswordAttempt attempt);

  /// Adds what a success means for the counters, to be committed with what it was for, after a lock of the user's row.
  void add_success(database::Changes& changes, const CheckedPassword& checked) const;

  /// To be called when the changes of add_success() are committed: whoever waits for the place may have it.
  void end(const lockout::Place& place);

  /// Forgets all wrong passwords of the user, wherever they came from and under whichever SESSION_SECRET they were
  /// counted. For an operator, and for somebody who has proved to be the owner.
  void add_unlock(database::Changes& changes, UserId user) const;
  /// The same, committed and put on record; false if there is no such user.
  [[nodiscard]] Task<bool> unlock(UserId user, audit::Origin origin);

  /// Whether the user with this email has this password already. For somebody who has proved to be that user: nothing
  /// is counted.
  [[nodiscard]] Task<bool> is_current(std::string email, SecretString password, std::stop_token client_gone);

  /// How the account stands for attempts from devices and addresses that are not known to be the user's.
  [[nodiscard]] Task<Standing> standing(UserId user);

  /// To be called when nothing came of a right password: gives its place back.
  [[nodiscard]] Task<> give_back(lockout::Place place);
  /// The reason to refuse a right password that was replaced while it was checked.
  static constexpr std::string_view replaced_meanwhile = "password_changing";
  /// To be called when a right password is refused; puts the refusal on record.
  [[nodiscard]] Task<> give_up(lockout::Place place, UserId user, audit::Origin origin, std::string_view reason);
  /// Runs `work`, which the right password is for, and returns its result. If it throws, the place is given back first.
  template <class Result>
  [[nodiscard]] Task<Result> or_give_back(lockout::Place place, Task<Result> work) {
    std::exception_ptr failure;
    try {
      co_return co_await std::move(work);
    } catch (...) {
      failure = std::current_exception();
    }
    co_await give_back(std::move(place));
    std::rethrow_exception(failure);
  }

 private:
  static constexpr std::chrono::milliseconds first_pause{4};
  static constexpr std::chrono::milliseconds pause_max{64};
  static constexpr std::int64_t failures_to_tell = 10;

  struct Part {
    std::string bytes;
    std::optional<devices::DeviceReference> device;
  };
  [[nodiscard]] Task<Part> part_of(UserId user, std::optional<std::string> source, std::optional<std::string> token);
  [[nodiscard]] Task<std::optional<lockout::Place>> take_place(lockout::Guard guard);
  [[nodiscard]] Task<> touch(lockout::Guard guard);
  [[nodiscard]] Task<> wait_for_place(lockout::Guard guard, std::chrono::milliseconds pause);
  [[nodiscard]] Task<passwords::Verdict> verify(PasswordAttempt attempt,
                                                std::optional<passwords::StoredPassword> stored,
                                                std::optional<lockout::Place> place);
  struct Failure {
    lockout::Place place;
    std::optional<devices::DeviceReference> device;
    audit::Event event;
  };
  [[nodiscard]] Task<> count_failure(Failure failure);
  [[nodiscard]] Task<CountedMail> add_consequences(database::Changes& changes, Failure failure, std::int64_t failures);
  void count_lockout(const Failure& failure);
  static void add_closing(database::Changes& changes, audit::Event event,
                          std::optional<devices::DeviceReference> device);
  [[nodiscard]] Task<CountedMail> add_guessing_notice(database::Changes& changes, UserId user, std::int64_t failures);

  const Parts parts_;
  users::UserStore users_;
  lockout::GuardStore guards_;
  lockout::SourceStore sources_;
  devices::DeviceStore devices_;
  const lockout::AccountKeys* accounts_;
  const devices::DeviceSealer* device_sealer_;
  Turns turns_;                                           ///< for guards whose places are being taken
  std::map<std::string, runtime::SteadyTimer*> waiting_;  ///< for guards whose places are all taken; ends the wait
};

}  // namespace gatehouse::flows
