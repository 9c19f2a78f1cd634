#pragma once

#include <future>
#include <string>
#include <vector>

#include "base/embedded_file.hpp"
#include "contract/feature_fixture.hpp"
#include "database/schema/migration_plan.hpp"
#include "service/wiring/features.hpp"

namespace gatehouse::testing {

inline std::vector<SecretString> test_secrets() {
  std::vector<SecretString> secrets;
  secrets.emplace_back("0123456789abcdef0123456789abcdef");
  return secrets;
}

inline service::Settings test_settings() {
  service::Settings settings;
  settings.application.environment = config::Environment::test;
  settings.sessions.secrets = test_secrets();
  settings.sessions.cache_bytes = 1 << 20;
  settings.tokens.secrets = test_secrets();
  settings.passwords.hash_threads = 2;
  // One job that is held up makes the pool predict as long a wait for all others; with an hour, none is refused.
  settings.passwords.hash_wait_max = std::chrono::hours{1};
  return settings;
}

/// Whether the call failed because the hashing pool was overloaded.
template <class T>
Task<bool> is_overloaded(Task<T> call) {
  try {
    (void)co_await std::move(call);
    co_return false;
  } catch (const passwords::HashingOverloaded& overload) {
    EXPECT_GE(overload.retry_after(), std::chrono::seconds{1});
    co_return true;
  }
}

/// A hashing pool that accepts no job while this lives: its thread is held up, its queue full.
class FullPool {
 public:
  explicit FullPool(boost::asio::io_context& io) {
    auto hold = [this, released = release_.get_future().share()] {
      started_.set_value();
      released.wait();
    };
    start(io, std::move(hold));
    started_.get_future().wait();
    start(io, [] {});
  }
  ~FullPool() { release_.set_value(); }
  FullPool(const FullPool&) = delete;
  FullPool& operator=(const FullPool&) = delete;

  [[nodiscard]] runtime::WorkerPool& pool() { return pool_; }

 private:
  template <class Job>
  void start(boost::asio::io_context& io, Job job) {
    boost::asio::co_spawn(io, pool_.run(std::move(job)), [](std::exception_ptr, auto) {});
    io.restart();
    io.poll();
  }

  std::promise<void> started_;
  std::promise<void> release_;
  runtime::WorkerPool pool_{
      {.name = "full", .threads = 1, .nice = 0, .queue_max = 1, .wait_max = std::chrono::seconds{60}}};
};

/// Everything from the password to the session on each kind of database, with hashes that cost next to nothing.
class LoginFixture : public FeatureFixture {
 protected:
  explicit LoginFixture(service::Settings settings = test_settings()) : settings_(std::move(settings)) {
    backend_->provider().observers().add(cache_);
    cache_.on_feed_proved(BootTime::max());
    // As after the first search for other formats: before it, a failing check pays the real costs of all of them.
    shared_.passwords.set_formats_known();
    shared_.passwords.set_express_hashes_present(false);
  }

  flows::LoginRequest login_request(std::string email, std::string_view password, flows::Traces traces = {}) const {
    return {.attempt = {.email = std::move(email),
                        .password = SecretString{password},
                        .traces = std::move(traces),
                        .origin = origin_,
                        .client_gone = {}},
            .client = client_,
            .asker = {.origin = origin_}};
  }

  std::expected<flows::LoginResult, flows::LoginError> login(std::string email, std::string_view password,
                                                             flows::Traces traces = {}) {
    auto result = run(login_.login(login_request(std::move(email), password, std::move(traces))));
    if (!result) return std::unexpected(result.error().reason);
    return *std::move(result);
  }

  users::User create(const std::string& email, std::string_view password) {
    users::NewUser user{
        .first_name = "Ada", .last_name = "Lovelace", .email = email, .password = SecretString{password}};
    return run(accounts_.create(std::move(user), {.origin = origin_, .languages = {}})).value();
  }

  users::UserCredentials credentials(const std::string& email) {
    return run(users::UserStore{*database_}.find_credentials(email)).value();
  }

  /// The kept hash and salt of the Express service, as "hash:salt"; empty if there is none.
  std::string kept_password(UserId id) {
    static constexpr database::Statement find{"test_kept_express_password",
                                              "SELECT password_hash, salt FROM express_passwords WHERE user_id = $1"};
    const auto rows = select(find, {id.value});
    return rows.empty() ? "" : std::string{rows[0].text(0)} + ":" + std::string{rows[0].text(1)};
  }

  static constexpr passwords::CostParameters cheap{.argon2id = {.memory_kib = 8, .passes = 1},
                                                   .pbkdf2 = {.iterations = 1}};

  const sessions::Client client_{.address = "192.0.2.1", .user_agent = "test"};
  const audit::Origin origin_{.kind = audit::ActorKind::key,
                              .actor = "API_KEY",
                              .request_id = "request-1",
                              .address = "192.0.2.1",
                              .user_agent = "test"};
  const service::Settings settings_;
  const std::string newest_migration_ = database::schema::newest_migration(embedded_migrations(), schema_->dialect());
  std::vector<std::string> told_;  ///< about the service's health; an empty text: all is well again
  service::SharedParts parts_{settings_,
                              clock_,
                              random_,
                              "openapi: 3.1.0\n",
                              {.newest_migration = newest_migration_,
                               .on_change = [this](std::string_view reason) { told_.emplace_back(reason); }},
                              cheap};
  service::SharedCapabilities& shared_ = parts_.capabilities;
  service::Features features_{*database_, parts_};
  service::Capabilities& capabilities_ = features_.capabilities;
  runtime::WorkerPool& pool_ = shared_.hashing_pool;
  sessions::SessionCache& cache_ = shared_.cache;
  sessions::SessionService& sessions_ = capabilities_.sessions;
  const tokens::TokenIssuer& issuer_ = shared_.ring->issuer;
  flows::LoginFlow& login_ = capabilities_.login;
  flows::AccountFlow& accounts_ = capabilities_.accounts;
};

/// john@example.com of the Express service's development seeds.
struct ExpressRow {
  static constexpr const char* password = "password123";
  static constexpr const char* hash =
      "68a98bd442e156e57b61e9b7913f18141ead88e9d2ec36bd1f8328a71c42836502169c0ca34ed79867f74566c3b6de13096ef4bf6d0d1c81"
      "e"
      "0aa6f4e0d7bc630";
  static constexpr const char* salt = "a5c08ed4651738e1536150657b032030";
};

}  // namespace gatehouse::testing
