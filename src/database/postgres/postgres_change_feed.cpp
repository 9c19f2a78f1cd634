#include "database/postgres/postgres_change_feed.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "database/postgres/announcements.hpp"
#include "database/postgres/feed_probe.hpp"
#include "database/postgres/script.hpp"

namespace gatehouse::database::postgres {

namespace {

std::string probe_channel(std::span<const std::byte> secret_name) {
  return "gatehouse_ping_" + to_hex({reinterpret_cast<const char*>(secret_name.data()), secret_name.size()});
}

/// Sends a probe in the form of an announcement, with the server's time, but none if changes are not told in this way.
std::string notify(const std::string& channel, const std::string& number) {
  return "SELECT pg_notify('" + channel + "', 'probe:" + number +
         "@' || (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) FROM change_feed WHERE id = 1 AND notifies";
}

/// Makes sure that changes are told in this way from now on, and records that somebody hears them.
constexpr const char* use_notifications = "SELECT gatehouse_use_feed('postgres')";
constexpr std::chrono::milliseconds notify_use_interval{10'000};

/// How soon the feed sees that the pools have what they need.
constexpr std::chrono::milliseconds need_interval{50};

Unavailable lost(const std::string& why) { return Unavailable{Unavailable::Reason::connection, why}; }

}  // namespace

/// The feed's work, kept alive by the coroutine that does it. One timer serves in turn: until the next probe, until the
/// probe must be back, until the next attempt to connect.
class PostgresChangeFeed::Listener : public std::enable_shared_from_this<Listener> {
 public:
  Listener(boost::asio::io_context& io, FeedEndpoints endpoints, const ConnectionNeed& need, Observers& observers,
           DriverLog log, std::string channel, runtime::BackOff back_off)
      : io_(io),
        endpoints_(std::move(endpoints)),
        need_(need),
        observers_(observers),
        log_(std::move(log)),
        channel_(std::move(channel)),
        back_off_(back_off),
        timer_(io.get_executor()) {}

  void start() { boost::asio::co_spawn(io_, run(shared_from_this()), boost::asio::detached); }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    disconnect();
    lose();
  }

 private:
  static Task<> run(std::shared_ptr<Listener> self) {
    while (!self->stopped_) {
      if (!self->need_.is_met()) {
        co_await self->pause(need_interval);
        continue;
      }
      std::string why;
      try {
        co_await self->listen();
      } catch (const std::exception& failure) {
        why = failure.what();
      }
      if (self->stopped_) co_return;
      self->disconnect();
      self->set_lost(self->trouble_.empty() ? why : self->trouble_);
      self->trouble_.clear();
      co_await self->pause(self->back_off_.next());
    }
  }

  Task<> pause(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    boost::system::error_code ignored;  // cancelled only by stop(), which the loop sees
    co_await timer_.async_wait(boost::asio::redirect_error(use_task, ignored));
  }

  /// Listens until something breaks; always ends by throwing.
  Task<> listen() {
    ears_ = PgConnection::create(io_);
    mouth_ = PgConnection::create(io_);
    const auto ears = ears_;
    const auto mouth = mouth_;
    co_await ears->connect(endpoints_.listen);
    co_await mouth->connect(endpoints_.query);
    probe_.begin(boot_now());
    wake_when_due();
    std::string use = use_notifications;
    used_at_ = boot_now();
    const auto unused = co_await run_simple(mouth, std::move(use));
    if (unused) throw lost(unused->state + ": " + unused->message);
    std::string sql = "LISTEN " + std::string{announcement_channel} + "; LISTEN " + channel_;
    const auto refused = co_await run_simple(ears, std::move(sql));
    if (refused) throw lost(refused->state + ": " + refused->message);
    send_probe();
    while (true) {
      co_await ears->until_readable();
      if (!ears->receive()) throw lost(ears->error_message());
      while (!ears->busy() && ears->take_result().kind() != PgResult::Kind::nothing) {
      }
      while (const auto notification = ears->take_notification()) on_notification(*notification);
    }
  }

  void on_notification(const Notification& notification) {
    if (notification.channel == announcement_channel) return observers_.hear(notification.payload);
    if (notification.channel != channel_) return;
    const bool was_ready = probe_.is_ready();
    const auto heard = read_announcement(notification.payload);
    if (!heard || !heard->said_at || !probe_.hear(std::to_string(heard->announcement.id), boot_now())) return;
    observers_.time_told({.read = *heard->said_at, .asked = asked_at_, .heard = SystemClock{}.now()});
    observers_.feed_proved(probe_.trusted_until());
    back_off_.reset();
    last_trouble_.clear();
    wake_when_due();
    if (!was_ready) log_(telemetry::Level::info, "postgres_feed_ready", ears_->host());
  }

  void send_probe() {
    const std::string number = probe_.send(boot_now());
    asked_at_ = SystemClock{}.now();
    std::string sql;
    if (boot_now() - used_at_ >= notify_use_interval) {
      used_at_ = boot_now();
      sql.append(use_notifications).append("; ");
    }
    sql += notify(channel_, number);
    if (!take_probe_answer() || !mouth_->send_script(sql) || mouth_->flush() != PgConnection::Flush::done) {
      return give_up("the probing connection was lost");
    }
    wake_when_due();
  }

  /// Takes the answer to the last probe's statement, as libpq requires before the next one.
  [[nodiscard]] bool take_probe_answer() {
    if (!mouth_->receive()) return false;
    while (!mouth_->busy()) {
      if (mouth_->take_result().kind() == PgResult::Kind::nothing) return true;
    }
    return false;
  }

  void give_up(const char* why) {
    trouble_ = why;
    disconnect();
  }

  void wake_when_due() {
    timer_.expires_after(probe_.due_at() - boot_now());
    timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
      const auto self = weak.lock();
      if (!error && self && !self->stopped_ && self->ears_) self->do_what_is_due();
    });
  }

  void do_what_is_due() {
    if (need_.is_urgent()) return give_up("its connections were given up for requests that could not get one");
    if (probe_.due() == FeedProbe::Due::probe) return send_probe();
    give_up("a probe did not come back: LISTEN does not work through this connection");
  }

  /// Closing the connection wakes listen(), which throws.
  void disconnect() {
    if (ears_) ears_->close();
    if (mouth_) mouth_->close();
    ears_.reset();
    mouth_.reset();
  }

  void set_lost(const std::string& why) {
    const char* const event = probe_.is_ready() ? "postgres_feed_lost" : "postgres_feed_deaf";
    if (why != last_trouble_) log_(telemetry::Level::warn, event, why);
    last_trouble_ = why;
    lose();
  }

  void lose() {
    if (probe_.is_ready()) observers_.feed_lost();
    probe_.lose();
  }

  boost::asio::io_context& io_;
  const FeedEndpoints endpoints_;
  const ConnectionNeed& need_;
  Observers& observers_;
  const DriverLog log_;
  const std::string channel_;
  runtime::BackOff back_off_;
  SteadyTimer timer_;
  std::shared_ptr<PgConnection> ears_;
  std::shared_ptr<PgConnection> mouth_;
  FeedProbe probe_;
  BootTime used_at_{};
  TimePoint asked_at_;  ///< by the machine's clock: when the last probe was sent
  bool stopped_ = false;
  std::string trouble_;       ///< why give_up() was called
  std::string last_trouble_;  ///< logged already
};

PostgresChangeFeed::PostgresChangeFeed(boost::asio::io_context& io, FeedEndpoints endpoints, const ConnectionNeed& need,
                                       Observers& observers, DriverLog log, std::span<const std::byte> secret_name,
                                       runtime::BackOff back_off)
    : listener_(std::make_shared<Listener>(io, std::move(endpoints), need, observers, std::move(log),
                                           probe_channel(secret_name), back_off)) {
  listener_->start();
}

PostgresChangeFeed::~PostgresChangeFeed() { listener_->stop(); }

}  // namespace gatehouse::database::postgres
