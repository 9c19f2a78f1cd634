#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "mail/model.hpp"

namespace gatehouse::mail {

/// Who holds claimed mails (a name for one worker of one process), and the current time.
struct Claimant {
  std::string holder;
  TimePoint now;
};

/// A user who is written to at the address in their row.
struct Reader {
  UserId user;
  std::optional<std::string> password_hash = std::nullopt;  ///< the hash the row must still hold; nothing: any
};

/// The mails that are to be sent.
struct WaitingMails {
  std::int64_t count = 0;
  std::optional<TimePoint> oldest = {};  ///< when it was written
};

/// The mails table, and the only place that knows its SQL.
///
/// One worker claims a mail for claim_time, and only the holder records what became of it. If a worker dies, its claims
/// lapse after that time; whoever claims the mails next sends them, maybe for the second time.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed). The static
/// functions return changes to commit, alone or together with those of other tables.
class MailStore {
 public:
  static constexpr std::int64_t batch_max = 20;
  static constexpr std::chrono::seconds claim_time{60};
  static constexpr std::int64_t listed_max = 1000;
  static constexpr std::int64_t cleanup_max = 500;  ///< rows of one delete_older()
  static constexpr std::size_t error_bytes_max = 500;

  /// `database` outlives the store.
  explicit MailStore(database::Database& database) : database_(database) {}

  /// Newest first, at most listed_max; `only_troubled`: those whose last attempt failed.
  [[nodiscard]] Task<std::vector<MailInfo>> list(bool only_troubled);
  [[nodiscard]] Task<std::optional<MailInfo>> find(MailId id);
  /// Counts the waiting mails, at most the listed_max that are due first. An index answers the query.
  [[nodiscard]] Task<WaitingMails> count_waiting();

  /// Writes a mail to be sent at once, unless there is one with its dedupe key.
  [[nodiscard]] static database::Change<void> insert(NewMail mail, std::string recipient);
  /// The same, to a user; writes nothing if the user does not exist, is disabled, or has another password than it
  /// should.
  [[nodiscard]] static database::Change<void> insert_for(Reader reader, NewMail mail);

  /// Takes up to batch_max mails that are due and that nobody holds.
  [[nodiscard]] static database::Change<std::vector<ClaimedMail>> claim(Claimant claimant);
  /// Extends the claim on a mail to claim_time from now; false if the holder no longer has it.
  [[nodiscard]] static database::Change<bool> renew(MailId id, Claimant claimant);
  /// Releases a mail that was not tried.
  [[nodiscard]] static database::Change<void> release(MailId id, const std::string& holder);

  [[nodiscard]] static database::Change<void> mark_sent(MailId id, Claimant claimant);
  /// Gives it up after a failed attempt; the reason is cut to error_bytes_max.
  [[nodiscard]] static database::Change<void> mark_failed(MailId id, const std::string& holder, std::string reason);
  [[nodiscard]] static database::Change<void> mark_expired(MailId id, const std::string& holder);
  /// Counts a failed attempt and says when the next one is due.
  [[nodiscard]] static database::Change<void> postpone(MailId id, const std::string& holder, TimePoint until,
                                                       std::string reason);

  /// Makes a waiting mail due now; false if it is not waiting.
  [[nodiscard]] static database::Change<bool> retry(MailId id, TimePoint now);

  /// Deletes up to cleanup_max mails written before `before`, while the lease is held; returns how many.
  [[nodiscard]] static database::Change<std::int64_t> delete_older(TimePoint before, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::mail
