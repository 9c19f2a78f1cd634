#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "passwords/check_plan.hpp"
#include "passwords/format_times.hpp"
#include "passwords/hash_counts.hpp"
#include "passwords/password_settings.hpp"
#include "passwords/retired_formats.hpp"
#include "passwords/stored_password.hpp"
#include "runtime/task.hpp"
#include "runtime/worker_pool.hpp"

namespace gatehouse::passwords {

/// The hashing pool's queue is full or too slow. It is thrown, like the database's overload, and becomes a 503 with
/// this `Retry-After`.
class HashingOverloaded : public std::runtime_error {
 public:
  explicit HashingOverloaded(runtime::PoolOverloaded refusal)
      : std::runtime_error("too many passwords wait to be hashed"), retry_after_(refusal.retry_after) {}
  [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return retry_after_; }

 private:
  std::chrono::seconds retry_after_;
};

/// The result of a check.
struct Verdict {
  bool matches = false;
  /// The PHC string to store instead (with no salt), when the password matches and its hash is of an old format or of
  /// other parameters than the configured ones.
  std::optional<std::string> replacement;
};

/// The pool for password hashing as the settings ask for it: lowest priority, one slot per check, waits bounded by
/// HASH_WAIT_MAX. Memory: threads × 19 MiB while there are logins, whatever their number; given back soon after the
/// last.
[[nodiscard]] runtime::WorkerPool::Options hashing_pool_options(const PasswordSettings& settings);

/// Hashes and checks passwords on the hashing pool, never on the caller's thread. One per process, any thread.
///
/// The time a check takes tells nothing about the account. A failing check runs one verification of each format in use:
/// of the stored hash for its own format, and of a decoy (random salt, random digest, real cost) for each other format.
/// So an unknown account, an account without a password, a wrong password on a current or on an old row, an unreadable
/// hash, an empty and an over-long password all take the same work. Three kinds of format are in use: the configured
/// scheme with its parameters; the Express format, unless set_express_hashes_present(false) was called and no such row
/// was met since; and formats left by earlier settings, from the first time such a row is met until the program ends
/// (at most RetiredFormats::count_max of them). Until all rows have been looked at, the other scheme at its usual cost
/// counts as one of those. A matching check stops at the match, which its answer reveals anyway.
/// If more than FormatsInUse::retired_paid_max formats are left, a check runs only the row's own format, or the
/// configured one, and those not measured yet; the answer of a failing check then waits, without any work, until the
/// slowest format would have been checked as well, in 95 of 100 cases.
/// Each check is one job on the pool, so a failing check queues no more often than any other.
///
/// New passwords are hashed in Unicode's composed form (NFC), so that keyboards that spell a character differently
/// agree (SP 800-63B section 3.1.1.2). The Express service left hashes of other spellings: a password that is not in
/// that form is therefore checked as it was typed first, then in that form. Which of the two cases applies depends only
/// on what was typed, and each costs the same whatever the row holds.
///
/// A password that still waits for its turn is not hashed once `unwanted` is asked to stop; that, too, ends with
/// HashingOverloaded. Passwords are wiped when their job ends. Thrown at the co_await: HashingOverloaded;
/// std::bad_alloc or std::runtime_error when hashing itself fails (no memory), never a false verdict;
/// runtime::PoolStopped while shutting down.
class PasswordService {
 public:
  /// Waits for this long, on the caller's thread.
  using Pause = std::function<Task<>(std::chrono::nanoseconds)>;

  /// Pool and random must outlive the service. Hashes nothing, so it does not delay the start. Without `pause`, a timer
  /// of the caller's executor is used.
  PasswordService(runtime::WorkerPool& pool, const PasswordSettings& settings, crypto::Random& random,
                  const CostParameters& costs = {}, Pause pause = nullptr);

  /// Does the password belong to the stored pair? nullopt: there is no such account. Empty passwords never match. The
  /// caller bounds the length; each byte costs a fraction of what the hash does.
  [[nodiscard]] Task<Verdict> verify(SecretString password, std::optional<StoredPassword> stored,
                                     std::stop_token unwanted = {});

  /// The PHC string to store for a new password, under a fresh 128-bit salt. Throws std::invalid_argument unless the
  /// password has 1 to password_bytes_max bytes.
  [[nodiscard]] Task<std::string> hash(SecretString password, std::stop_token unwanted = {});

  /// The onion to store for an imported hash that waits to be wrapped (ADR 36), with Argon2id at its usual cost;
  /// nullopt if the text is no such hash.
  [[nodiscard]] Task<std::optional<std::string>> wrap(std::string pending);

  /// Sets whether rows of the Express service are left; if so, failing checks pay for one of those as well. Any thread.
  void set_express_hashes_present(bool present) noexcept { express_present_.store(present, std::memory_order_relaxed); }
  [[nodiscard]] bool express_hashes_present() const noexcept {
    return express_present_.load(std::memory_order_relaxed);
  }

  /// To be called when a row with this hash is found; failing checks then pay for its format as well. Any thread.
  void remember_format_of(std::string_view hash) {
    remember_format_of(read_stored(StoredPassword{.hash = std::string{hash}, .salt = {}}));
  }
  /// To be called when all rows have been looked at: every format among them has been remembered. Any thread.
  void set_formats_known() noexcept { formats_known_.store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool formats_known() const noexcept { return formats_known_.load(std::memory_order_relaxed); }

  /// The formats that a failing check pays for; formats_met() are those that are known rather than assumed. Any thread.
  [[nodiscard]] FormatsInUse formats_in_use() const;
  [[nodiscard]] FormatsInUse formats_met() const;

  /// The metrics gatehouse_hash_…. Any thread.
  void write(metrics::Page& page) const;

 private:
  struct Verification;
  struct Hashing;
  struct Wrapping;
  /// What a check has found, and for how long its answer must wait.
  struct Checked {
    Verdict verdict;
    std::chrono::nanoseconds pause{0};
  };
  template <class Job>
  [[nodiscard]] Task<std::invoke_result_t<Job&>> run(Job job, std::stop_token unwanted);

  [[nodiscard]] Checked check(const SecretString& password, const std::optional<StoredPassword>& stored);
  [[nodiscard]] Checked run_plan(const std::vector<PlannedCheck>& plan, const SecretString& candidate);
  [[nodiscard]] std::string make_hash(const SecretString& password);
  [[nodiscard]] std::optional<std::string> make_onion(const std::string& pending);
  void remember_format_of(const std::optional<StoredHash>& stored);

  runtime::WorkerPool& pool_;
  crypto::Random& random_;

  // Constant after construction.
  const PhcFormat current_;
  const PhcFormat other_scheme_;  ///< as if the settings named the other scheme
  const Argon2idCost onion_cost_;
  const Decoy decoy_;
  const Pause pause_;

  std::atomic<bool> express_present_{true};  ///< true until the rows have been looked at
  std::atomic<bool> formats_known_{false};   ///< false until then
  RetiredFormats retired_;
  FormatTimes times_;
  HashCounts counts_;
};

/// Whether both hash as the same password: keyboards spell some characters in two ways.
[[nodiscard]] bool is_same_password(const SecretString& one, const SecretString& other);

}  // namespace gatehouse::passwords
