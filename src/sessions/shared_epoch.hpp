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

/// Something that is over for whoever remembers it: a session, or whatever a session shows of its user.
struct Ended {
  /// Which of them, as the first letter of its name in the store.
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

/// What whoever keeps the epoch does next. An answer that does not come is told as nothing.
namespace sharing {
/// For nothing that is known yet; whoever rings the bell ends it.
struct Wait {
  BootTime until;
};
/// Which epoch there is.
struct Look {};
/// To all processes, by the database.
struct Announce {
  JoinId join;
};
/// Whether a member has covered this joiner.
struct AskForCover {
  std::string epoch;
  JoinId join;
};
/// Another epoch, unless somebody else has.
struct Begin {
  std::string before;  ///< the epoch that there is; empty: none
  std::string epoch;
};
/// Keeps the epoch, and learns the time.
struct Beat {
  std::string epoch;
};
/// What is over.
struct Deliver {
  std::string epoch;
  std::vector<Ended> ended;
};
/// That this joiner is covered.
struct Cover {
  std::string epoch;
  JoinId join;
};
using Step = std::variant<Wait, Look, Announce, AskForCover, Begin, Beat, Deliver, Cover>;
}  // namespace sharing

/// Whether this process may use what replicas remember together outside the database, and what it owes for that.
/// Pure: no connection and no timer of its own, so that a simulation runs the very same decisions.
///
/// What is shared belongs to an epoch, a random name under which the store keeps entries and *ends*: what is over, and
/// since when. An entry of an epoch may be older than a change only if no member of the epoch has delivered that change
/// yet. Two invariants make sure of it:
/// - A member hears of every change since it joined, for its feed was not lost, and delivers each of them. Until one is
///   delivered, nothing that it is about is believed here. So what a member has heard of is over for it.
/// - Whoever joins announces it through the database, and becomes a member only when a member has heard that, and had
///   delivered all that it heard before. Changes older than the announcement's transaction were heard before it, so
///   they are in the epoch; those that came after the joiner began to listen it hears itself. Where nobody covers it in
///   time, it begins another epoch, which nobody has written to.
/// Whoever may have missed a change, is not sure to deliver one, or heard of one that nobody can name, is no member any
/// more. A new epoch is never wrong, only empty.
///
/// Nothing is believed beyond the feed's last proof, or `lease` after the store was last seen to have the epoch.
///
/// The feed's side of it: it tells of nothing before a change that was committed before that thing's transaction began.
///
/// Observers hear in the order in which they were added: this one comes before the session cache. Otherwise a reader
/// might fill the cache, after it has heard and before this has, with an entry from before the change.
///
/// Any thread, but next() and the answers to it, which are one coroutine's.
class SharedEpoch final : public database::ChangeObserver {
 public:
  static constexpr std::chrono::milliseconds lease{5'000};
  static constexpr std::chrono::milliseconds beat_interval{1'000};
  static constexpr std::chrono::milliseconds cover_patience{2'000};
  static constexpr std::chrono::milliseconds cover_interval{10};
  static constexpr std::chrono::milliseconds failure_pause{200};
  /// What waits to be delivered; above it this process is no member any more.
  static constexpr std::size_t undelivered_max = 10'000;
  static constexpr std::size_t batch_max = 100;

  /// Both outlive it; the proofs of the feed are of the same clock.
  SharedEpoch(const BootClock& clock, crypto::Random& random) : clock_(clock), random_(random) {}

  /// Whose entries: of which keys, and of which server's data. Views.
  struct Place {
    std::string_view keys;
    std::string_view server;  ///< empty: none is reached
  };

  /// What was known before something was asked for.
  struct Ticket {
    std::uint64_t turn;
    std::uint64_t heard;
    SharedTime now;  ///< of the store, at this moment or a little earlier
    std::string epoch;
  };
  /// Nothing where the store is not to be asked.
  [[nodiscard]] std::optional<Ticket> begin(const Place& place, SessionId session) const;
  /// Whether what was asked for, or read from the database, since the ticket is to be believed and remembered.
  [[nodiscard]] bool is_good(const Ticket& ticket, SessionId session, UserId user) const;

  [[nodiscard]] bool is_member() const;
  /// Of those that were begun here since the start.
  [[nodiscard]] std::uint64_t begun_epochs() const;

  /// Where the keeper is connected to. While that is nowhere, the membership stays.
  void reach(const Place& place);
  [[nodiscard]] sharing::Step next();
  void looked(const std::optional<std::string>& epoch);
  void announced(bool is_done);
  void cover_found(const std::optional<std::string>& epoch);
  /// Which epoch there is now.
  void begun(const std::optional<std::string>& epoch);
  /// The store's time; nothing in it where the epoch is over, or another one has begun. `sent` is before the question.
  void beaten(const std::optional<std::optional<SharedTime>>& now, BootTime sent);
  /// False where the epoch is over.
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
  /// One that waits, is on its way, or both, where it was heard of again.
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
  std::uint64_t turn_ = 0;  ///< moves with each change of phase
  std::uint64_t turn_of_step_ = 0;
  std::string epoch_;   ///< that is joined, begun or used
  std::string before_;  ///< the one that there is while another one begins
  JoinId join_{};
  BootTime cover_until_{};
  BootTime paused_until_ = BootTime::min();
  BootTime beat_at_{};  ///< the next one
  BootTime trusted_until_ = BootTime::min();
  BootTime leased_until_ = BootTime::min();
  SharedTime store_now_;
  std::deque<Item> queue_;
  std::map<Ended, Delivery> undelivered_;
  std::vector<Ended> on_its_way_;
  std::uint64_t heard_ = 0;
  std::array<std::uint64_t, 4096> heard_at_{};  ///< by slot, of when one of its things was last heard of or delivered
  std::uint64_t begun_epochs_ = 0;
};

}  // namespace gatehouse::sessions
