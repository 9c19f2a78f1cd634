#include "database/postgres/postgres_row_feed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <chrono>
#include <exception>
#include <random>
#include <utility>

#include "base/boot_clock.hpp"
#include "base/clock.hpp"
#include "database/postgres/announcement_reader.hpp"
#include "database/postgres/announcement_store.hpp"
#include "runtime/back_off.hpp"
#include "runtime/steady_timer.hpp"

namespace gatehouse::database::postgres {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_interval{100};
// The shortest time between looks, so that what many processes announce at once is read together.
constexpr milliseconds look_gap{5};
constexpr milliseconds use_interval{10'000};
// The patience is drawn from this range, so that of many replicas only few do the same.
constexpr milliseconds placing_patience_min{100};
constexpr milliseconds placing_patience_max{600};
// How soon the feed sees that the pools have what they need.
constexpr milliseconds row_need_interval{50};

}  // namespace

/// The feed's work, kept alive by the coroutines that do it: one that looks, and one at a time that tends the table.
class PostgresRowFeed::Reading : public std::enable_shared_from_this<Reading> {
 public:
  explicit Reading(Parts parts)
      : parts_(std::move(parts)), back_off_(parts_.seed), chance_(parts_.seed), timer_(parts_.io.get_executor()) {}

  void start() { boost::asio::co_spawn(parts_.io, run(shared_from_this()), boost::asio::detached); }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    disconnect();
    lose();
  }

  void look() {
    is_rung_ = true;
    if (waits_for_ring_) timer_.cancel();
  }

  [[nodiscard]] const std::string& log() const { return reader_.log(); }

 private:
  static Task<> run(std::shared_ptr<Reading> self) {
    while (!self->stopped_) {
      if (self->parts_.need.is_urgent()) {
        self->disconnect();
        self->set_lost("its connections were given up for requests that could not get one");
      }
      if (!self->pool_ && !self->parts_.need.is_met()) {
        co_await self->pause(row_need_interval);
        continue;
      }
      const bool succeeded = co_await self->try_to_look();
      if (self->stopped_) co_return;
      if (succeeded || self->reader_.is_ready()) {
        co_await self->pause_or_ring();
      } else {
        co_await self->pause(self->back_off_.next());
      }
    }
  }

  Task<bool> try_to_look() {
    std::string why;
    try {
      if (!pool_) connect();
      // While nothing can be lost yet, it first does what others may wait for.
      const AnnouncementStore store{pool_};
      const auto self = shared_from_this();
      if (!reader_.is_ready()) co_await use(self, store);
      if (stopped_) co_return false;
      const bool is_ready = co_await read();
      if (is_ready || stopped_) co_return is_ready;
      why = "changes are not announced as rows: the role must own the tables, and nobody may lock them";
    } catch (const std::exception& failure) {
      why = failure.what();
    }
    if (!stopped_ && (!reader_.is_ready() || reader_.is_overdue(boot_now()))) set_lost(why);
    co_return false;
  }

  void connect() {
    pool_ = parts_.make_pool();
    pool_->start();
  }

  void disconnect() {
    if (pool_) pool_->stop();
    pool_.reset();
  }

  /// Looks once and tells what it found. False if the look proves nothing.
  Task<bool> read() {
    const AnnouncementStore store{pool_};
    is_rung_ = false;
    looked_at_ = std::chrono::steady_clock::now();
    const TimePoint asked_at = SystemClock{}.now();
    reader_.send(boot_now());
    const AnnouncementLook look = co_await store.look(reader_.position());
    if (stopped_) co_return false;
    const ServerTime time{.read = look.read_at, .asked = asked_at, .heard = SystemClock{}.now()};
    const bool was_ready = reader_.is_ready();
    const AnnouncementReader::News news = reader_.take(look.page);
    if (news.is_lost) parts_.observers.feed_lost();
    if (news.is_everything) parts_.observers.hear("all");
    for (const AnnouncementRow* const row : news.rows) parts_.observers.hear(row->text);
    if (!news.trusted_until) co_return false;
    const bool is_new = !was_ready || news.is_lost;
    if (is_new || boot_now() - proved_at_ >= FeedProbe::interval) prove(*news.trusted_until, time);
    if (news.is_lost) parts_.log(telemetry::Level::warn, "postgres_feed_lost", "announcements may have been missed");
    if (is_new) parts_.log(telemetry::Level::info, "postgres_feed_ready", "by rows");
    back_off_.reset();
    last_trouble_.clear();
    tend_if_due();
    co_return true;
  }

  /// Called as often as probes would be sent, because each proof makes observers do some work.
  void prove(BootTime trusted_until, const ServerTime& time) {
    proved_at_ = boot_now();
    parts_.observers.time_told(time);
    parts_.observers.feed_proved(trusted_until);
  }

  void tend_if_due() {
    const auto unplaced_since = reader_.unplaced_since();
    if (!unplaced_since) placing_patience_ = draw_patience();
    const bool is_placing_due = unplaced_since && boot_now() - *unplaced_since >= placing_patience_;
    const bool is_use_due = boot_now() - used_at_ >= use_interval;
    if (is_tending_ || (!is_placing_due && !is_use_due)) return;
    is_tending_ = true;
    auto tending = tend(shared_from_this(), AnnouncementStore{pool_}, is_placing_due);
    boost::asio::co_spawn(parts_.io, std::move(tending), boost::asio::detached);
  }

  /// Runs beside the looks, because it may wait for a lock. What fails is tried again; trust does not depend on it.
  static Task<> tend(std::shared_ptr<Reading> self, AnnouncementStore store, bool is_placing_due) {
    std::string why;
    try {
      if (is_placing_due) co_await store.place();
      if (boot_now() - self->used_at_ >= use_interval) co_await use(self, store);
    } catch (const std::exception& failure) {
      why = failure.what();
    }
    self->is_tending_ = false;
    if (self->stopped_ || why.empty()) co_return;
    self->used_at_ = boot_now();
    if (self->last_neglect_ != why) self->parts_.log(telemetry::Level::warn, "postgres_feed_untended", why);
    self->last_neglect_ = why;
  }

  static Task<> use(std::shared_ptr<Reading> self, AnnouncementStore store) {
    co_await store.use();
    self->used_at_ = boot_now();
    self->last_neglect_.clear();
  }

  [[nodiscard]] milliseconds draw_patience() {
    std::uniform_int_distribution<std::int64_t> draw(placing_patience_min.count(), placing_patience_max.count());
    return milliseconds{draw(chance_)};
  }

  Task<> pause(milliseconds time) {
    timer_.expires_after(time);
    boost::system::error_code ignored;  // cancelled only by stop(), which the loop sees
    co_await timer_.async_wait(boost::asio::redirect_error(use_task, ignored));
  }

  Task<> pause_or_ring() {
    if (!is_rung_) {
      waits_for_ring_ = true;
      co_await pause(look_interval);
      waits_for_ring_ = false;
    }
    const auto since = std::chrono::steady_clock::now() - looked_at_;
    if (!stopped_ && since < look_gap) co_await pause(look_gap);
  }

  void set_lost(const std::string& why) {
    const char* const event = reader_.is_ready() ? "postgres_feed_lost" : "postgres_feed_deaf";
    if (why != last_trouble_) parts_.log(telemetry::Level::warn, event, why);
    last_trouble_ = why;
    lose();
  }

  void lose() {
    if (reader_.is_ready()) parts_.observers.feed_lost();
    reader_.lose();
  }

  const Parts parts_;
  runtime::BackOff back_off_;
  std::minstd_rand chance_;
  SteadyTimer timer_;
  std::shared_ptr<ConnectionPool> pool_;  ///< null while it leaves its connections to the requests
  AnnouncementReader reader_;
  std::chrono::steady_clock::time_point looked_at_;
  BootTime used_at_{};
  BootTime proved_at_{};
  milliseconds placing_patience_{placing_patience_max};
  bool is_tending_ = false;
  bool waits_for_ring_ = false;
  bool is_rung_ = false;  ///< since the last look was sent
  bool stopped_ = false;
  std::string last_trouble_;  ///< logged already
  std::string last_neglect_;  ///< likewise
};

PostgresRowFeed::PostgresRowFeed(Parts parts) : reading_(std::make_shared<Reading>(std::move(parts))) {
  reading_->start();
}

PostgresRowFeed::~PostgresRowFeed() { reading_->stop(); }

void PostgresRowFeed::look() { reading_->look(); }

std::string PostgresRowFeed::log() const { return reading_->log(); }

}  // namespace gatehouse::database::postgres
