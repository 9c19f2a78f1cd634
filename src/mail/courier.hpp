#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "mail/letterhead.hpp"
#include "mail/mail_bell.hpp"
#include "mail/mail_store.hpp"
#include "mail/outbox.hpp"
#include "mail/transport.hpp"
#include "runtime/worker_pool.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::mail {

/// Sends the mails of the outbox, alongside the couriers of other replicas.
///
/// It claims a batch, sends one mail after the other on its own thread, which starts with the first mail, and records
/// the outcome of each before the next. So at most one mail is sent twice if the process dies. While the server cannot
/// be reached, it tries one mail of a batch and releases the rest. Every mail is tried again after back_off_after(),
/// until MAIL_GIVE_UP has passed or the mail expires; one that the server refuses is given up at once.
///
/// Belongs to its Database's thread. Destroy it after run() has ended or its event loop has stopped for good; a message
/// under way then takes up to a second more.
class Courier {
 public:
  static constexpr std::chrono::seconds look_interval{5};  ///< between checks for mails that the bell missed
  static constexpr std::chrono::seconds idle_max{10};      ///< after this the connection to the server is closed

  /// What a courier works with.
  struct Parts {
    database::Database& database;
    const Outbox& outbox;
    const MailSettings& settings;
    std::unique_ptr<Transport> transport;
    MailBell& bell;
    const Clock& clock;
    crypto::Random& random;
    telemetry::Log& log;
    /// Makes a change that is committed when a mail is given up, such as a record of it.
    std::function<database::Change<void>(const ClaimedMail& mail)> failure_record;
  };

  /// Everything that the parts refer to must outlive the courier.
  explicit Courier(Parts parts);
  ~Courier();
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  /// Sends mails until its coroutine is cancelled. While the database is unavailable, it keeps trying.
  [[nodiscard]] Task<> run();

  /// Sends the mails of one claim; true if there may be more that can be sent now. Throws what Database throws.
  [[nodiscard]] Task<bool> send_batch();

 private:
  /// A claimed mail that was opened and can be sent.
  using Prepared = std::optional<Envelope>;

  [[nodiscard]] Task<bool> send(const ClaimedMail& mail);
  [[nodiscard]] Task<> release(std::vector<MailId> mails);
  [[nodiscard]] Task<bool> keep_claim(MailId id);
  [[nodiscard]] Task<Delivery> hand_over(Envelope envelope);

  /// Nothing if the mail cannot be sent; the changes to commit are then in `instead`.
  [[nodiscard]] Prepared prepare(const ClaimedMail& mail, database::Changes& instead);
  void add_outcome(database::Changes& changes, const ClaimedMail& mail, const Delivery& delivery);
  void postpone(database::Changes& changes, const ClaimedMail& mail, const std::string& reason);
  void give_up(database::Changes& changes, const ClaimedMail& mail, const std::string& reason);
  [[nodiscard]] Claimant claimant() const { return {.holder = holder_, .now = parts_.clock.now()}; }
  [[nodiscard]] runtime::WorkerPool& thread();
  void note_reachability(const Delivery& delivery);

  Parts parts_;
  const Letterhead letterhead_;
  const std::string holder_;
  TimePoint claimed_until_{};  ///< when the claim on the batch ends
  bool is_unreachable_ = false;
  std::stop_source stop_;
  std::optional<runtime::WorkerPool> thread_;
};

}  // namespace gatehouse::mail
