#include "audit/audit_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "contract/feature_fixture.hpp"
#include "crypto/random_name.hpp"
#include "crypto/sha256.hpp"
#include "jobs/refusal_counts.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::audit {
namespace {

using database::Statement;
using std::chrono::seconds;

class AuditStoreTest : public testing::FeatureFixture {
 protected:
  Event event(EventType type, std::optional<UserId> user = {}) {
    return {.type = type,
            .at = clock_.now(),
            .origin = {.kind = ActorKind::key,
                       .actor = "the key",
                       .request_id = "r-1",
                       .address = "192.0.2.1",
                       .user_agent = "test"},
            .user = user};
  }

  void record(EventType type, std::optional<UserId> user = {}) { commit(AuditStore::record(event(type, user))); }

  std::vector<StoredEvent> all() { return run(store_.page({}, std::nullopt, 1000)).events; }

  std::vector<std::int64_t> ids_of(Filter filter) {
    std::vector<std::int64_t> ids;
    for (const StoredEvent& one : run(store_.page(std::move(filter), std::nullopt, 1000)).events) {
      ids.push_back(one.id.value);
    }
    return ids;
  }

  /// Whether the database refuses what an operator tries.
  bool is_refused(const std::string& postgres, const std::string& sqlite) {
    const bool is_postgres = schema_->dialect() == database::Dialect::postgres;
    try {
      return !run(schema_->run_script(is_postgres ? postgres : sqlite));
    } catch (const database::StatementFailed&) {
      return true;
    }
  }
  bool is_refused(const std::string& both) { return is_refused(both, both); }

  AuditStore store_{*database_};
  jobs::LeaseStore leases_{*database_, clock_, random_};
};

INSTANTIATE_TEST_SUITE_P(Databases, AuditStoreTest, ::testing::ValuesIn(testing::audit_backends()),
                         testing::backend_name);

TEST_P(AuditStoreTest, Event_IsStoredAsItWas) {
  Event told = event(EventType::login_failed, UserId{7});
  told.outcome = Outcome::refused;
  told.reason = "wrong_password";
  told.session = SessionId{9};
  told.details = R"({"count":2})";
  commit(AuditStore::record(told));
  const auto events = all();
  ASSERT_EQ(events.size(), 1u);
  const StoredEvent& stored = events[0];
  EXPECT_EQ(stored.at, clock_.now());
  EXPECT_EQ(stored.type, "login.failed");
  EXPECT_EQ(stored.outcome, "refused");
  EXPECT_EQ(stored.reason, "wrong_password");
  EXPECT_EQ(stored.actor_kind, "key");
  EXPECT_EQ(stored.actor, "the key");
  EXPECT_EQ(stored.user, UserId{7});
  EXPECT_EQ(stored.session, SessionId{9});
  EXPECT_EQ(stored.request_id, "r-1");
  EXPECT_EQ(stored.address, "192.0.2.1");
  EXPECT_EQ(stored.user_agent, "test");
  EXPECT_EQ(stored.details, R"({"count":2})");
}

TEST_P(AuditStoreTest, WhatIsNotKnown_IsNull) {
  commit(AuditStore::record({.type = EventType::service_started, .at = clock_.now(), .origin = {}}));
  const auto events = all();
  ASSERT_EQ(events.size(), 1u);
  const StoredEvent& stored = events[0];
  EXPECT_EQ(stored.actor_kind, "system");
  EXPECT_FALSE(stored.reason || stored.actor || stored.user || stored.session || stored.request_id || stored.address ||
               stored.user_agent || stored.details);
}

TEST_P(AuditStoreTest, WhatAClientCallsItself_IsCutAndWrittenInAscii) {
  Event told = event(EventType::logout);
  told.origin.user_agent = std::string("\x01\xff\0\xc3\xa9", 5) + std::string(1000, 'x');
  told.origin.address = std::string(1000, '1');
  told.origin.actor = std::string("\xff", 1) + std::string(1000, 'a');
  commit(AuditStore::record(told));
  const auto events = all();
  EXPECT_EQ(events.at(0).user_agent, "?????" + std::string(250, 'x'));
  EXPECT_EQ(events.at(0).address->size(), 64u);
  EXPECT_EQ(events.at(0).actor, "?" + std::string(254, 'a'));
}

TEST_P(AuditStoreTest, RowThatIsNotThere_IsNotTold) {
  commit(AuditStore::record_of_user(event(EventType::user_updated), UserId{1}));
  commit(AuditStore::record_of_new_user(event(EventType::user_created), "ada@example.com"));
  commit(AuditStore::record_of_session(event(EventType::logout), SessionId{1}));
  commit(AuditStore::record_of_session(event(EventType::logout), SessionId{1}, "secret"));
  commit(AuditStore::record_of_new_session(event(EventType::login_succeeded), "secret"));
  EXPECT_TRUE(all().empty());
  const UserId ada = add_user("ada@example.com");
  commit(AuditStore::record_of_user(event(EventType::user_updated), ada));
  commit(AuditStore::record_of_new_user(event(EventType::user_created), "ada@example.com"));
  ASSERT_EQ(all().size(), 2u);
  EXPECT_EQ(all()[0].user, ada);
  EXPECT_EQ(all()[1].user, ada);
}

TEST_P(AuditStoreTest, EventsOfANewSession_HaveItsIdAndItsUser) {
  const UserId ada = add_user("ada@example.com");
  for (const char* secret : {"one", "two"}) {
    const sessions::NewSession row{.user = ada,
                                   .password_hash = "$hash",
                                   .secret_hash = crypto::sha256(secret),
                                   .created_at = clock_.now(),
                                   .expires_at = clock_.now() + std::chrono::hours{1},
                                   .absolute_expires_at = clock_.now() + std::chrono::hours{1},
                                   .client = {}};
    database::Changes changes;
    const auto inserted = changes.add(sessions::SessionStore::insert(row));
    changes.add(AuditStore::record_of_new_session(event(EventType::login_succeeded), row.secret_hash));
    changes.add(AuditStore::record_of_new_session(event(EventType::device_added), row.secret_hash));
    const auto committed = run(database_->commit(std::move(changes)));
    for (std::size_t i : {0u, 1u}) {
      EXPECT_EQ(all().at(i).session, committed.result(inserted)) << secret;
      EXPECT_EQ(all().at(i).user, ada) << secret;
    }
  }
  EXPECT_EQ(all().size(), 4u);
}

TEST_P(AuditStoreTest, Rows_CanNeitherBeChangedNorDeleted) {
  record(EventType::logout);
  record(EventType::logout);
  EXPECT_TRUE(is_refused("UPDATE audit_events SET outcome = 'refused'"));
  EXPECT_TRUE(is_refused("UPDATE audit_events SET details = NULL WHERE id = 1"));
  EXPECT_TRUE(is_refused("DELETE FROM audit_events"));
  EXPECT_TRUE(is_refused("DELETE FROM audit_events WHERE id = 1"));
  EXPECT_TRUE(
      is_refused("TRUNCATE audit_events",
                 "REPLACE INTO audit_events (id, at, type, outcome, actor_kind) VALUES (1, 0, 'x', 'ok', 'key')"));
  EXPECT_EQ(all().size(), 2u);
}

TEST_P(AuditStoreTest, Transaction_ThatSaysSoMayDelete) {
  record(EventType::logout);
  run_script("SET LOCAL gatehouse.audit_prune = 'on'; DELETE FROM audit_events",
             "INSERT INTO audit_prunings VALUES (1); DELETE FROM audit_events; DELETE FROM audit_prunings");
  EXPECT_TRUE(all().empty());
  record(EventType::logout);
  EXPECT_TRUE(is_refused("SET LOCAL gatehouse.audit_prune = 'on'; UPDATE audit_events SET reason = 'x'",
                         "INSERT INTO audit_prunings VALUES (1); UPDATE audit_events SET reason = 'x'"));
  EXPECT_TRUE(is_refused("DELETE FROM audit_events")) << "the next one may not";
}

TEST_P(AuditStoreTest, Details_AreBounded) {
  const std::string values = "VALUES (" +
                             std::string{schema_->dialect() == database::Dialect::postgres ? "now()" : "0"} +
                             ", 'x', 'ok', 'key', '";
  const std::string insert = "INSERT INTO audit_events (at, type, outcome, actor_kind, details) " + values;
  EXPECT_FALSE(is_refused(insert + std::string(details_bytes_max, 'x') + "')"));
  EXPECT_TRUE(is_refused(insert + std::string(details_bytes_max + 1, 'x') + "')"));
}

TEST_P(AuditStoreTest, Position_NeverFallsWithTheIds) {
  for (int i = 0; i < 5; ++i) record(EventType::logout);
  static constexpr Statement find{"test_audit_positions", "SELECT position FROM audit_events ORDER BY id"};
  const auto rows = select(find);
  ASSERT_EQ(rows.size(), 5u);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_GT(rows[i].integer(0), rows[i - 1].integer(0));
}

TEST_P(AuditStoreTest, Filters_FindWhatHasAllTheirValues) {
  record(EventType::login_failed, UserId{1});  // 1
  clock_.advance(seconds{10});
  record(EventType::login_failed, UserId{2});  // 2
  clock_.advance(seconds{10});
  record(EventType::logout, UserId{1});  // 3
  Event other = event(EventType::logout);
  other.origin.actor = "other";
  other.outcome = Outcome::error;
  clock_.advance(seconds{10});
  other.at = clock_.now();
  commit(AuditStore::record(other));  // 4
  using Ids = std::vector<std::int64_t>;
  const TimePoint last = clock_.now();
  EXPECT_EQ(ids_of({}), (Ids{4, 3, 2, 1}));
  EXPECT_EQ(ids_of({.user = UserId{1}}), (Ids{3, 1}));
  EXPECT_EQ(ids_of({.type = "login.failed"}), (Ids{2, 1}));
  EXPECT_EQ(ids_of({.type = "logout", .user = UserId{1}}), (Ids{3}));
  EXPECT_EQ(ids_of({.actor = "other"}), (Ids{4}));
  EXPECT_EQ(ids_of({.outcome = "error"}), (Ids{4}));
  EXPECT_EQ(ids_of({.from = last - seconds{20}}), (Ids{4, 3, 2}));
  EXPECT_EQ(ids_of({.to = last - seconds{20}}), (Ids{1}));
  EXPECT_EQ(ids_of({.from = last - seconds{20}, .to = last}), (Ids{3, 2}));
  EXPECT_EQ(ids_of({.type = "logout", .from = last - seconds{20}, .to = last}), (Ids{3}));
  EXPECT_EQ(ids_of({.user = UserId{1}, .from = last - seconds{15}}), (Ids{3}));
  EXPECT_EQ(ids_of({.type = "user.created"}), Ids{});
}

TEST_P(AuditStoreTest, Pages_LeadThroughAllOfThem) {
  for (int i = 0; i < 10; ++i) record(i % 2 == 0 ? EventType::logout : EventType::login_failed, UserId{1});
  const std::vector<Filter> filters{{}, {.user = UserId{1}}, {.from = clock_.now()}};
  for (const Filter& filter : filters) {
    std::vector<std::int64_t> ids;
    std::optional<Place> after;
    int pages = 0;
    do {
      const Page page = run(store_.page(filter, after, 4));
      for (const StoredEvent& one : page.events) ids.push_back(one.id.value);
      after = page.next;
      ++pages;
    } while (after && pages < 100);
    EXPECT_EQ(ids, (std::vector<std::int64_t>{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}));
    EXPECT_EQ(pages, 3);
  }
}

// A search for a rare value must not make the database read the whole trail for one page.
TEST_P(AuditStoreTest, PageOfARareValue_EndsWhereEnoughWasLookedAt) {
  constexpr int count = AuditStore::scanned_events_max + 5;
  record(EventType::audit_pruned);
  run_script(
      "INSERT INTO audit_events (at, type, outcome, actor_kind) SELECT now(), 'logout', 'ok', 'key' "
      "FROM generate_series(1, " +
          std::to_string(count) + ")",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
          ") INSERT INTO audit_events (at, type, outcome, actor_kind) SELECT 1, 'logout', 'ok', 'key' FROM n");
  const Filter rare{.actor = "the key"};
  const Page first = run(store_.page(rare, std::nullopt, 10));
  EXPECT_TRUE(first.events.empty());
  ASSERT_TRUE(first.next);
  const Page second = run(store_.page(rare, first.next, 10));
  EXPECT_EQ(second.events.size(), 1u);
  EXPECT_FALSE(second.next);
}

TEST_P(AuditStoreTest, Parts_AreInOrderAndEndBeforeTheirTime) {
  for (int i = 0; i < 5; ++i) {
    record(EventType::logout);
    if (i % 2 == 1) clock_.advance(seconds{1});
  }
  const TimePoint end = clock_.now();
  const auto first = run(store_.part({.at = from_unix_us(0), .id = EventId{0}}, end, 3));
  ASSERT_EQ(first.size(), 3u);
  EXPECT_EQ(first[0].id, EventId{1});
  const auto second = run(store_.part(place_of(first.back()), end, 3));
  ASSERT_EQ(second.size(), 1u);
  EXPECT_EQ(second[0].id, EventId{4});
}

TEST_P(AuditStoreTest, Counts_AreRecordedOnceTheirMinuteIsOver) {
  Tally tally;
  const Refused limited{.type = EventType::rate_limited, .reason = "login", .actor = {}, .address = "192.0.2.1"};
  const jobs::CountParts parts{.database = *database_, .tally = tally, .random = random_};
  const jobs::Job job = jobs::refusal_counts(parts, clock_);
  tally.add(limited, clock_.now());
  tally.add(limited, clock_.now());
  EXPECT_TRUE(run(jobs::run_once(job, leases_)));
  EXPECT_TRUE(all().empty());
  clock_.advance(std::chrono::minutes{1});
  EXPECT_TRUE(run(jobs::run_once(job, leases_)));
  EXPECT_TRUE(run(jobs::run_once(job, leases_)));
  ASSERT_EQ(all().size(), 1u);
  EXPECT_TRUE(all()[0].details->starts_with(R"({"count":2,"tally":")"));
  tally.add(limited, clock_.now());
  run(jobs::record_all_counts(parts));
  EXPECT_EQ(all().size(), 2u);
}

// A commit whose answer is lost was repeated, and its events were there twice.
TEST_P(AuditStoreTest, CountWhoseRecordingIsRepeated_WasThereTwice) {
  Tally tally;
  const jobs::CountParts parts{.database = *database_, .tally = tally, .random = random_};
  const Refused limited{.type = EventType::rate_limited, .reason = "login", .actor = {}, .address = "192.0.2.1"};
  tally.add(limited, clock_.now());
  auto counts = tally.take_all(10);
  counts.at(0).name = crypto::random_name(random_);
  commit(AuditStore::record_once(event_of(counts[0])));
  tally.put_back(std::move(counts));
  tally.add(limited, clock_.now());
  run(jobs::record_all_counts(parts));
  EXPECT_EQ(all().size(), 2u) << "the one that was recorded before, and the new one";
  EXPECT_TRUE(tally.take_all(10).empty());
}

}  // namespace
}  // namespace gatehouse::audit
