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

/// Who holds claimed mails, a name of one worker of one process, and now.
struct Claimant {
  std::string holder;
  TimePoint now;
};

/// A user who is written to at the address of their row.
struct Reader {
  UserId user;
  std::optional<std::string> password_hash = std::nullopt;  ///< what the row must still hold; nothing: anything
};

/// The mails that are to be sent.
struct WaitingMails {
  std::int64_t count = 0;
  std::optional<TimePoint> oldest = {};  ///< when it was written
};

/// The mails table, and the only place that knows its SQL.
///
/// A mail is claimed by one worker for claim_time; only who holds it says what became of it. A worker that died holds
/// its mails no longer than that, and whoever claims them then sends them, maybe for the second time.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed). The static
/// functions make changes to commit, alone or with those of other tables.
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
  /// Of those that wait, the listed_max that are due first. An index answers it.
  [[nodiscard]] Task<WaitingMails> count_waiting();

  /// Writes a mail to be sent at once, unless there is one with its dedupe key.
  [[nodiscard]] static database::Change<void> insert(NewMail mail, std::string recipient);
  /// The same, to a user, where there is one who is not disabled.
  [[nodiscard]] static database::Change<void> insert_for(Reader reader, NewMail mail);

  /// Takes up to batch_max mails that are due and that nobody holds.
  [[nodiscard]] static database::Change<std::vector<ClaimedMail>> claim(Claimant claimant);
  /// Holds a mail for claim_time from now; false where it is not the holder's any more.
  [[nodiscard]] static database::Change<bool> renew(MailId id, Claimant claimant);
  /// Lets go of a mail that was not tried.
  [[nodiscard]] static database::Change<void> release(MailId id, const std::string& holder);

  [[nodiscard]] static database::Change<void> mark_sent(MailId id, Claimant claimant);
  /// Gives it up after a failed attempt; the reason is cut to error_bytes_max.
  [[nodiscard]] static database::Change<void> mark_failed(MailId id, const std::string& holder, std::string reason);
  [[nodiscard]] static database::Change<void> mark_expired(MailId id, const std::string& holder);
  /// Counts a failed attempt and says when the next one is due.
  [[nodiscard]] static database::Change<void> postpone(MailId id, const std::string& holder, TimePoint until,
                                                       std::string reason);

  /// Makes a waiting mail due now; false where it does not wait.
  [[nodiscard]] static database::Change<bool> retry(MailId id, TimePoint now);

  /// Deletes up to cleanup_max mails that were written before, while the lease is held; how many.
  [[nodiscard]] static database::Change<std::int64_t> delete_older(TimePoint before, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::mail
