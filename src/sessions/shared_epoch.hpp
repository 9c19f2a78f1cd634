#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/boot_clock.hpp"
#include "base/ids.hpp"
#include "crypto/random.hpp"
#include "database/change_bell.hpp"
#include "database/change_observer.hpp"
#include "sessions/topics.hpp"

namespace gatehouse::sessions {

/// Something that nobody may remember any longer: a session, or whatever a session shows of its user.
struct Ended {
  /// Which of the two it is, as the first letter of its name in the store.
  enum class Kind : char { session = 's', user = 'u' };

  Kind kind;
  std::int64_t id;

  friend auto operator<=>(const Ended&, const Ended&) = default;
};

/// Milliseconds of the clock of the server that holds what is shared; it never goes back.
struct SharedTime {
  std::int64_t ms = 0;

  friend auto operator<=>(const SharedTime&, const SharedTime&) = default;
};

/// What whoever keeps the epoch does next. An answer that does not come is reported as nullopt or false.
namespace sharing {
/// Wait, as there is nothing to do yet; ringing the bell ends the wait.
struct Wait {
  BootTime until;
};
/// Ask which epoch there is.
struct Look {};
/// Announce the joiner to all processes, through the database.
struct Announce {
  JoinId join;
};
/// Ask whether a member has covered this joiner.
struct AskForCover {
  std::string epoch;
  JoinId join;
};
/// Begin another epoch, unless somebody else has.
struct Begin {
  std::string before;  ///< the current epoch; empty: none
  std::string epoch;
};
/// Keep the epoch alive, and learn the time.
struct Beat {
  std::string epoch;
};
/// Deliver what is over.
struct Deliver {
  std::string epoch;
  std::vector<Ended> ended;
};
/// Say that this joiner is covered.
struct Cover {
  std::string epoch;
  JoinId join;
};
using Step = std::variant<Wait, Look, Announce, AskForCover, Begin, Beat, Deliver, Cover>;
}  // namespace sharing

/// Decides whether this process may use what replicas remember together outside the database, and what it must do for
/// that. Pure: it has no connection and no timer, so that a simulation runs the very same decisions.
///
/// What is shared belongs to an epoch, a random name under which the store keeps entries and *ends*: what is over, and
/// since when. An entry of an epoch may be older than a change only if no member of the epoch has delivered that change
/// yet. Two invariants guarantee this:
/// - A member hears of every change since it joined, because its feed was not lost, and delivers each of them. Until a
///   change is delivered, nothing that it is about is believed here. So what a member has heard of is over for it.
/// - A joiner announces itself through the database, and becomes a member only when a member has heard that and has
///   delivered all that it heard before. Changes older than the announcement's transaction were heard before it, so
///   they are in the epoch; those that came after the joiner began to listen, it hears itself. If nobody covers it in
///   time, it begins another epoch, to which nobody has written.
/// Whoever may have missed a change, is not sure to deliver one, or has heard of one that nobody can name, is no longer
/// a member. A new epoch is never wrong, only empty.
///
/// Nothing is believed after the feed's last proof has expired, or later than `lease` after the store was last seen to
/// have the epoch.
///
/// What the feed guarantees: it tells of a change only after all changes that were committed before that change's
/// transaction began.
///
/// Observers hear in the order in which they were added: this one comes before the session cache. Otherwise a reader
/// might fill the cache, after the cache has heard of a change and before this has, with an entry from before it.
///
/// Any thread, except next() and the answers to it, which belong to one coroutine.
class SharedEpoch final : public database::ChangeObserver {
 public:
  static constexpr std::chrono::milliseconds lease{5'000};
  static constexpr std::chrono::milliseconds beat_interval{1'000};
  static constexpr std::chrono::milliseconds cover_patience{2'000};
  static constexpr std::chrono::milliseconds cover_interval{10};
  static constexpr std::chrono::milliseconds failure_pause{200};
  /// How much may wait to be delivered; above that this process is no longer a member.
  static constexpr std::size_t undelivered_max = 10'000;
  static constexpr std::size_t batch_max = 100;

  /// Both outlive it; the proofs of the feed use the same clock.
  SharedEpoch(const BootClock& clock, crypto::Random& random) : clock_(clock), random_(random) {}

  /// Which entries are meant: those of these keys, in this server's data. Views.
  struct Place {
    std::string_view keys;
    std::string_view server;  ///< empty: no server is reached
  };

  /// What was known before the store or the database was asked.
  struct Ticket {
    std::uint64_t turn;
    std::uint64_t heard;
    SharedTime now;  ///< of the store, at this moment or a little earlier
    std::string epoch;
  };
  /// nullopt if the store must not be asked.
  [[nodiscard]] std::optional<Ticket> begin(const Place& place, SessionId session) const;
  /// Whether what the store or the database has answered since the ticket may be believed and remembered.
  [[nodiscard]] bool is_good(const Ticket& ticket, SessionId session, UserId user) const;

  [[nodiscard]] bool is_member() const;
  /// How many epochs were begun here since the start.
  [[nodiscard]] std::uint64_t begun_epochs() const;

  /// Tells where the keeper is connected. While that is nowhere, the membership stays.
  void reach(const Place& place);
  [[nodiscard]] sharing::Step next();
  void looked(const std::optional<std::string>& epoch);
  void announced(bool is_done);
  void cover_found(const std::optional<std::string>& epoch);
  /// `epoch` is the one that there is now.
  void begun(const std::optional<std::string>& epoch);
  /// The store's time; its inner value is nullopt if the epoch is over or another has begun. `sent` is before the
  /// question.
  void beaten(const std::optional<std::optional<SharedTime>>& now, BootTime sent);
  /// False if the epoch is over.
  void delivered(std::optional<bool> is_done);
  void covered(bool is_done);

  /// Rings when there is something to deliver.
  [[nodiscard]] database::ChangeBell& bell() { return bell_; }

  void on_feed_proved(BootTime trusted_until) noexcept override;
  void on_feed_lost() noexcept override;
  void on_announcement(const database::Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override;

 private:
  enum class Phase { deaf, out, announcing, uncovered, beginning, member };
  /// A delivery that waits, is on its way, or both, if its end was heard of again.
  struct Delivery {
    std::size_t queued = 0;
    bool is_on_its_way = false;
  };
  using Item = std::variant<Ended, JoinId>;

  [[nodiscard]] bool may_read() const;
  [[nodiscard]] std::size_t slot_of(const Ended& ended) const;
  [[nodiscard]] sharing::Step next_of_member(BootTime now);
  [[nodiscard]] sharing::Step take_from_queue();
  [[nodiscard]] bool is_answer_late() const { return turn_of_step_ != turn_; }
  void hear(const Ended& ended) noexcept;
  void cover(JoinId join) noexcept;
  void become(Phase phase);
  void leave();
  void join(std::string epoch);
  void begin_another(std::string before);
  void pause(std::chrono::milliseconds time) { paused_until_ = clock_.now() + time; }

  const BootClock& clock_;
  crypto::Random& random_;
  database::ChangeBell bell_{{}};

  mutable std::mutex mutex_;
  // Guarded by the mutex.
  Phase phase_ = Phase::deaf;
  std::string keys_;
  std::string server_;
  bool is_away_ = true;     ///< the keeper reaches no server
  std::uint64_t turn_ = 0;  ///< changes with each change of phase
  std::uint64_t turn_of_step_ = 0;
  std::string epoch_;   ///< the one that is being joined, being begun, or used
  std::string before_;  ///< the current one, while another one begins
  JoinId join_{};
  BootTime cover_until_{};
  BootTime paused_until_ = BootTime::min();
  BootTime beat_at_{};  ///< when the next beat is due
  BootTime trusted_until_ = BootTime::min();
  BootTime leased_until_ = BootTime::min();
  SharedTime store_now_;
  std::deque<Item> queue_;
  std::map<Ended, Delivery> undelivered_;
  std::vector<Ended> on_its_way_;
  std::uint64_t heard_ = 0;
  std::array<std::uint64_t, 4096> heard_at_{};  ///< by slot: when one of its things was last heard of or delivered
  std::uint64_t begun_epochs_ = 0;
};

}  // namespace gatehouse::sessions
