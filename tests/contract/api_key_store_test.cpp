#include "api_keys/api_key_store.hpp"

#include <gmock/gmock.h>

#include "contract/feature_fixture.hpp"
#include "jobs/lease_store.hpp"
#include "support/postgres_fixture.hpp"
#include "support/recording_observer.hpp"

namespace gatehouse::api_keys {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string hash_of(char letter) { return std::string(32, letter); }

class ApiKeyStoreTest : public gatehouse::testing::FeatureFixture {
 protected:
  [[nodiscard]] NewApiKey key(std::string public_id, char hash = 'h') const {
    return {.public_id = std::move(public_id),
            .name = "shop",
            .scopes = {Scope::auth, Scope::users_read},
            .tells_client = true,
            .hash = hash_of(hash),
            .created_at = clock_.now(),
            .created_by = "cli root",
            .expires_at = clock_.now() + hours{1}};
  }
  bool is_made(database::Change<void> change) {
    database::Changes changes;
    changes.add(std::move(change));
    return run(database_->commit_unless(std::move(changes), step_is_allowed)).has_value();
  }
  ApiKeyId add(std::string public_id) {
    commit(ApiKeyStore::insert(key(public_id)));
    return run(store_.find(std::move(public_id)))->id;
  }
  std::optional<TimePoint> last_use() { return run(store_.list(clock_.now())).at(0).key.last_used_at; }

  ApiKeyStore store_{*database_};
};

INSTANTIATE_TEST_SUITE_P(Databases, ApiKeyStoreTest, ::testing::ValuesIn(gatehouse::testing::backends()),
                         gatehouse::testing::backend_name);

TEST_P(ApiKeyStoreTest, NewKey_IsReadAsItWasWritten) {
  commit(ApiKeyStore::insert(key("0123456789")));
  const auto keys = run(store_.list(clock_.now()));
  ASSERT_THAT(keys, SizeIs(1));
  const ApiKey expected{.id = keys[0].key.id,
                        .public_id = "0123456789",
                        .name = "shop",
                        .scopes = {Scope::auth, Scope::users_read},
                        .tells_client = true,
                        .created_at = clock_.now(),
                        .created_by = "cli root",
                        .previous_until = {},
                        .expires_at = clock_.now() + hours{1},
                        .last_used_at = {}};
  EXPECT_EQ(keys[0].key, expected);
  EXPECT_EQ(keys[0].hash, hash_of('h'));
  EXPECT_EQ(keys[0].previous_hash, std::nullopt);
  EXPECT_EQ(run(store_.find("0123456789")), expected);
  EXPECT_EQ(run(store_.find("9876543210")), std::nullopt);
}

TEST_P(ApiKeyStoreTest, KeysAboveTheBound_AreRefused) {
  run_script(
      "INSERT INTO api_keys (public_id, name, scopes, secret_hash, created_at, created_by) SELECT 'n' || i, 'n', "
      "'auth', sha256('x'), now(), 'test' FROM generate_series(1, 1000) AS i",
      "INSERT INTO api_keys (public_id, name, scopes, secret_hash, created_at, created_by) WITH RECURSIVE "
      "numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 1000) SELECT 'n' || i, 'n', 'auth', "
      "zeroblob(32), 1, 'test' FROM numbers");
  EXPECT_FALSE(is_made(ApiKeyStore::insert(key("0123456789"))));
  ASSERT_TRUE(is_made(ApiKeyStore::revoke(run(store_.find("n1"))->id, clock_.now())));
  EXPECT_TRUE(is_made(ApiKeyStore::insert(key("0123456789")))) << "revoked ones do not count";
}

TEST_P(ApiKeyStoreTest, Rotation_KeepsTheSecretBefore) {
  const ApiKeyId id = add("0123456789");
  const TimePoint until = clock_.now() + minutes{5};
  EXPECT_TRUE(is_made(ApiKeyStore::rotate(id, {.hash = hash_of('n'), .previous_until = until})));
  const auto keys = run(store_.list(clock_.now()));
  EXPECT_EQ(keys.at(0).hash, hash_of('n'));
  EXPECT_EQ(keys.at(0).previous_hash, hash_of('h'));
  EXPECT_EQ(keys.at(0).key.previous_until, until);
}

TEST_P(ApiKeyStoreTest, RevokedKey_IsSeenByNobodyAndChangesNoMore) {
  const ApiKeyId id = add("0123456789");
  EXPECT_TRUE(is_made(ApiKeyStore::revoke(id, clock_.now())));
  EXPECT_THAT(run(store_.list(clock_.now())), SizeIs(0));
  EXPECT_EQ(run(store_.find("0123456789")), std::nullopt);
  EXPECT_FALSE(is_made(ApiKeyStore::revoke(id, clock_.now())));
  EXPECT_FALSE(is_made(ApiKeyStore::rotate(id, {.hash = hash_of('n'), .previous_until = clock_.now()})));
}

TEST_P(ApiKeyStoreTest, Use_IsWrittenOnceInTenMinutes) {
  const ApiKeyId id = add("0123456789");
  const TimePoint first = clock_.now();
  commit(ApiKeyStore::note_use({.id = id, .at = first}));
  EXPECT_EQ(last_use(), first);
  commit(ApiKeyStore::note_use({.id = id, .at = first + use_interval - std::chrono::microseconds{1}}));
  EXPECT_EQ(last_use(), first) << "another replica has just written one";
  commit(ApiKeyStore::note_use({.id = id, .at = first + use_interval}));
  EXPECT_EQ(last_use(), first + use_interval);
}

TEST_P(ApiKeyStoreTest, EachStep_IsAnnounced) {
  const ApiKeyId id = add("0123456789");
  gatehouse::testing::RecordingObserver observer;
  backend_->provider().observers().add(observer);
  commit(ApiKeyStore::note_use({.id = id, .at = clock_.now()}));
  EXPECT_THAT(observer.heard, SizeIs(0)) << "a use changes nothing that anybody decides by";
  const std::string name = "key:" + std::to_string(id.value);
  for (const auto step : {0, 1, 2}) {
    observer.heard.clear();
    if (step == 0) commit(ApiKeyStore::insert(key("9876543210")));
    if (step == 1) commit(ApiKeyStore::rotate(id, {.hash = hash_of('n'), .previous_until = clock_.now()}));
    if (step == 2) commit(ApiKeyStore::revoke(id, clock_.now()));
    const std::string expected = step == 0 ? "key:0" : name;
    EXPECT_THAT(observer.heard, ElementsAre(expected, expected)) << step;
  }
}

TEST_P(ApiKeyStoreTest, KeysThatEndedLongAgo_AreDeletedUnderTheLease) {
  const ApiKeyId revoked = add("revoked000");
  commit(ApiKeyStore::revoke(revoked, clock_.now()));
  commit(ApiKeyStore::insert(key("expired000")));
  NewApiKey lasting = key("lasting000");
  lasting.expires_at.reset();
  commit(ApiKeyStore::insert(std::move(lasting)));
  jobs::LeaseStore leases{*database_, clock_, random_};
  const auto lease = run(leases.take({.name = "test", .duration = std::chrono::seconds{30}})).value();
  const auto deleted = [&] { return commit(ApiKeyStore::delete_ended(clock_.now(), lease.held())); };
  EXPECT_EQ(deleted(), 0);
  clock_.advance(ApiKeyStore::keeping_time);
  EXPECT_EQ(deleted(), 1) << "the revoked one";
  clock_.advance(hours{1});
  database::HeldLease others = lease.held();
  others.holder = "somebody else";
  EXPECT_EQ(commit(ApiKeyStore::delete_ended(clock_.now(), others)), 0);
  EXPECT_EQ(deleted(), 1) << "the expired one";
  EXPECT_THAT(run(store_.list(clock_.now())), SizeIs(1));
}

/// What the schema's trigger announces of somebody else's SQL.
class ApiKeysBySql : public gatehouse::testing::PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    open();
    gatehouse::testing::migrate(*provider_);
  }
  std::vector<std::string> heard_of(const std::string& sql) {
    auto listener = database_->listen();
    database_->run(sql);
    database_->run("NOTIFY gatehouse, 'mark'");
    auto heard = listener.until("mark");
    for (std::string& one : heard) one.resize(std::min(one.size(), one.find('@')));
    return heard;
  }
};

TEST_F(ApiKeysBySql, EachChangeButAUse_IsTold) {
  EXPECT_THAT(heard_of("INSERT INTO api_keys (public_id, name, scopes, secret_hash, created_at, created_by) "
                       "VALUES ('0123456789', 'n', 'auth', sha256('x'), now(), 'test')"),
              ElementsAre("key:1"));
  for (const char* change : {"scopes = 'admin'", "secret_hash = sha256('y')", "previous_until = now()",
                             "expires_at = now()", "revoked_at = now()", "tells_client = true", "name = 'm'"}) {
    EXPECT_THAT(heard_of(std::string{"UPDATE api_keys SET "} + change), ElementsAre("key:1")) << change;
  }
  EXPECT_THAT(heard_of("UPDATE api_keys SET last_used_at = now()"), SizeIs(0));
  EXPECT_THAT(heard_of("DELETE FROM api_keys"), ElementsAre("key:1"));
  EXPECT_THAT(heard_of("TRUNCATE api_keys"), ElementsAre("all"));
}

}  // namespace
}  // namespace gatehouse::api_keys
