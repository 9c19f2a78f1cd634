#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "contract/seal_fixture.hpp"

namespace gatehouse::audit {
namespace {

using database::Statement;
using std::chrono::days;
using std::chrono::seconds;

class AuditSealsTest : public testing::SealFixture {
 protected:
  std::int64_t leaves_of(std::int64_t seal) {
    static constexpr Statement count{"test_count_leaves", "SELECT count(*) FROM audit_seal_leaves WHERE seq = $1"};
    return select(count, {seal})[0].integer(0);
  }

  bool is_refused(const std::string& postgres, const std::string& sqlite) {
    try {
      return !run(schema_->run_script(is_postgres() ? postgres : sqlite));
    } catch (const database::StatementFailed&) {
      return true;
    }
  }
  bool is_refused(const std::string& both) { return is_refused(both, both); }

  /// Inserts many events at once; as requests they would take an hour.
  void insert_events(int count) {
    run_script(
        "INSERT INTO audit_events (at, type, outcome, actor_kind) SELECT to_timestamp(0), 'logout', 'ok', 'key' "
        "FROM generate_series(1, " +
            std::to_string(count) + ")",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
            ") INSERT INTO audit_events (at, type, outcome, actor_kind) SELECT 1, 'logout', 'ok', 'key' FROM n");
    settle();
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, AuditSealsTest, ::testing::ValuesIn(testing::audit_backends()),
                         testing::backend_name);

TEST_P(AuditSealsTest, Seals_FollowEachOther) {
  make_seals(3);
  const auto made = seals();
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].number, 1);
  EXPECT_EQ(made[0].from, 1);
  EXPECT_EQ(made[0].previous, no_seal);
  for (std::size_t i = 1; i < made.size(); ++i) {
    EXPECT_EQ(made[i].number, made[i - 1].number + 1);
    EXPECT_EQ(made[i].from, made[i - 1].to + 1);
    EXPECT_EQ(made[i].previous, hash_of(made[i - 1]));
    EXPECT_EQ(made[i].count, 3);
    EXPECT_EQ(made[i].key_id, key_->kid());
    EXPECT_EQ(made[i].sealed_at, clock_.now() - seconds{3 * (2 - static_cast<int>(i))});
  }
  const Verified verified = verify();
  EXPECT_EQ(found(), "");
  EXPECT_EQ(verified.seals, 3);
  EXPECT_EQ(verified.signed_seals, 3);
  EXPECT_EQ(verified.events, 9);
  EXPECT_EQ(verified.findings, 0);
  EXPECT_FALSE(verified.oldest_unsealed);
}

TEST_P(AuditSealsTest, WithoutNewEvents_ThereIsNoSeal) {
  EXPECT_TRUE(seal());
  EXPECT_TRUE(seals().empty());
  EXPECT_EQ(verify().seals, 0);
  make_seals(1);
  EXPECT_TRUE(seal());
  EXPECT_EQ(seals().size(), 1u);
}

TEST_P(AuditSealsTest, UnsealedEvents_AreToldAndNotFound) {
  make_seals(1);
  const TimePoint recorded = clock_.now();
  record();
  EXPECT_EQ(verify().oldest_unsealed, recorded);
  EXPECT_EQ(found(), "");
}

TEST_P(AuditSealsTest, ManyEvents_GetSeveralSeals) {
  record(1);  // in its own transaction
  insert_events(static_cast<int>(sealed_events_max) + 2500);
  insert_events(10);
  EXPECT_TRUE(seal());
  const auto made = seals();
  // All events of one transaction of PostgreSQL have one position.
  ASSERT_EQ(made.size(), 2u);
  constexpr auto most = static_cast<std::int64_t>(sealed_events_max);
  EXPECT_EQ(made[0].count, is_postgres() ? most + 2501 : most);
  EXPECT_EQ(made[0].count + made[1].count, most + 2511);
  EXPECT_EQ(verify_and_find(), "");
}

TEST_P(AuditSealsTest, Log_TellsTheHashOfEachSeal) {
  make_seals(2);
  std::istringstream log{end_log()};
  const auto told = SealAnchors::read(log);
  EXPECT_EQ(told.size(), 2u);
  EXPECT_EQ(verify(keys_, told).findings, 0);
}

TEST_P(AuditSealsTest, Figures_TellHowFarTheSealingIs) {
  make_seals(1);
  record();
  metrics::Page page;
  figures_.write(page, clock_.now());
  EXPECT_NE(page.text().find("gatehouse_audit_unsealed_seconds 0\n"), std::string::npos) << "as it was found last";
  // A replica that does not get the lease looks, too.
  jobs::LeaseStore other{*database_, clock_, random_};
  ASSERT_TRUE(run(other.take({.name = "audit sealing", .duration = seconds{30}})));
  EXPECT_FALSE(seal());
  metrics::Page second;
  figures_.write(second, clock_.now());
  EXPECT_NE(second.text().find("gatehouse_audit_unsealed_seconds 1\n"), std::string::npos) << second.text();
}

TEST_P(AuditSealsTest, Tables_AreAppendOnly) {
  make_seals(2);
  EXPECT_TRUE(is_refused("UPDATE audit_seals SET count = 4"));
  EXPECT_TRUE(is_refused("UPDATE audit_seals SET pruned_at = sealed_at"));
  EXPECT_TRUE(is_refused("DELETE FROM audit_seals"));
  EXPECT_TRUE(is_refused("UPDATE audit_seal_leaves SET seq = 7 WHERE seq = 2"));
  EXPECT_TRUE(is_refused("DELETE FROM audit_seal_leaves"));
  const std::string begin =
      is_postgres() ? "SET LOCAL gatehouse.audit_prune = 'on'; " : "INSERT INTO audit_prunings VALUES (1); ";
  EXPECT_TRUE(is_refused(begin + "UPDATE audit_seals SET count = 4"));
  EXPECT_TRUE(is_refused(begin + "UPDATE audit_seals SET pruned_at = sealed_at, seq = 7 WHERE seq = 2"));
  EXPECT_TRUE(is_refused(begin + "DELETE FROM audit_seals"));
  EXPECT_TRUE(is_refused("TRUNCATE audit_seals", "REPLACE INTO audit_seals SELECT * FROM audit_seals WHERE seq = 1"));
  EXPECT_TRUE(is_refused("TRUNCATE audit_seal_leaves",
                         "REPLACE INTO audit_seal_leaves SELECT * FROM audit_seal_leaves WHERE seq = 1"));
  if (is_postgres()) {
    EXPECT_TRUE(is_refused("DELETE FROM audit_position_bases"));
    EXPECT_TRUE(is_refused("UPDATE audit_position_bases SET base = 5"));
  }
  EXPECT_EQ(verify_and_find(), "");
}

TEST_P(AuditSealsTest, Pruning_TakesWholeSealsAndLeavesThem) {
  make_seals(2);
  clock_.advance(retention);
  make_seals(1);
  EXPECT_TRUE(prune());
  auto made = seals();
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].pruned_at, clock_.now());
  EXPECT_EQ(made[1].pruned_at, clock_.now());
  EXPECT_FALSE(made[2].pruned_at);
  EXPECT_EQ(leaves_of(2), 0);
  EXPECT_EQ(leaves_of(3), 1);
  seal();
  const Verified verified = verify();
  EXPECT_EQ(found(), "");
  EXPECT_EQ(verified.pruned_seals, 2);
  EXPECT_EQ(verified.seals, 4) << "the pruning is on record, and sealed itself";
  EXPECT_EQ(verified.events, 5);
}

TEST_P(AuditSealsTest, Pruning_SaysWhatItDid) {
  make_seals(1);
  clock_.advance(retention);
  EXPECT_TRUE(prune());
  EXPECT_FALSE(seals()[0].pruned_at) << "at the very end of its time a seal still has its events";
  clock_.advance(seconds{1});
  EXPECT_TRUE(prune());
  AuditStore store{*database_};
  const auto left = run(store.page({}, std::nullopt, 100)).events;
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].type, "audit.pruned");
  EXPECT_EQ(left[0].actor_kind, "system");
  EXPECT_EQ(left[0].actor, "retention");
  EXPECT_EQ(left[0].details, R"({"before":")" + to_iso8601(clock_.now() - retention) + R"(","count":3,"seal":1})");
  EXPECT_TRUE(prune());
  EXPECT_EQ(run(store.page({}, std::nullopt, 100)).events.size(), 1u) << "what prunes nothing says nothing";
  EXPECT_TRUE(is_refused("DELETE FROM audit_events"));
}

TEST_P(AuditSealsTest, UnsealedEvents_AreNotPruned) {
  record(3);
  clock_.advance(retention + days{1});
  EXPECT_TRUE(prune());
  EXPECT_TRUE(seal());
  EXPECT_EQ(verify().events, 3);
}

TEST_P(AuditSealsTest, PruningWithoutTheLease_DoesNothing) {
  make_seals(1);
  SealStore store{*database_};
  EXPECT_FALSE(run(store.find_prunable(seals()[0].sealed_at)));
  const auto seal = run(store.find_prunable(clock_.now() + days{1}));
  ASSERT_TRUE(seal);
  EXPECT_EQ(seal->first, EventId{1});
  EXPECT_EQ(seal->last, EventId{3});
  database::Changes changes;
  const auto pruned = AuditStore::add_pruning(changes, *seal, clock_.now(), clock_.now(),
                                              {.name = "audit pruning", .holder = "nobody"});
  EXPECT_EQ(run(database_->commit(std::move(changes))).result(pruned), 0);
  EXPECT_EQ(verify().events, 3);
  EXPECT_EQ(found(), "");
}

TEST_P(AuditSealsTest, SealThatWasPruned_IsNotPrunedAgain) {
  make_seals(1);
  clock_.advance(retention + days{1});
  SealStore store{*database_};
  const auto seal = run(store.find_prunable(clock_.now()));
  ASSERT_TRUE(seal);
  EXPECT_TRUE(prune());
  const auto lease = run(leases_.take({.name = "audit pruning", .duration = seconds{30}}));
  ASSERT_TRUE(lease);
  database::Changes changes;
  const auto pruned = AuditStore::add_pruning(changes, *seal, clock_.now(), clock_.now(), lease->held());
  EXPECT_EQ(run(database_->commit(std::move(changes))).result(pruned), 0);
  AuditStore events{*database_};
  EXPECT_EQ(run(events.page({}, std::nullopt, 100)).events.size(), 1u) << "it is on record once";
}

TEST_P(AuditSealsTest, PruningThatIsNotDue_IsFound) {
  make_seals(3);
  tamper(
      "UPDATE audit_seals SET pruned_at = to_timestamp(4000000000) WHERE seq = 2; DELETE FROM audit_events WHERE id IN "
      "(4, 5, 6)",
      "UPDATE audit_seals SET pruned_at = 4000000000000000 WHERE seq = 2; DELETE FROM audit_events WHERE id IN (4, 5, "
      "6)");
  clock_.advance(retention);
  EXPECT_EQ(verify_and_find(), "2 pruned_in_middle\n");
  tamper(
      "UPDATE audit_seals SET pruned_at = sealed_at WHERE seq = 2; UPDATE audit_seals SET pruned_at = sealed_at WHERE "
      "seq = 1; DELETE FROM audit_events WHERE id <= 3");
  EXPECT_EQ(verify_and_find(), "1 pruned_early\n2 pruned_early\n");
}

TEST_P(AuditSealsTest, EventsDeletedAsIfByAPruningYetToCome_AreFound) {
  make_seals(2);
  const std::string deleting =
      "DELETE FROM audit_events; DELETE FROM audit_seal_leaves; UPDATE audit_seals SET pruned_at = ";
  tamper(deleting + "to_timestamp(4000000000)", deleting + "4000000000000000");
  EXPECT_EQ(verify_and_find(), "1 pruned_early\n2 pruned_early\n");
  tamper(deleting + "'infinity'", deleting + "9223372036854775807");
  EXPECT_EQ(verify_and_find(), "1 pruned_early\n2 pruned_early\n");
  tamper(deleting + "'-infinity'", deleting + "-9223372036854775808");
  EXPECT_EQ(verify_and_find(), "1 pruned_early\n2 pruned_early\n");
}

TEST_P(AuditSealsTest, WithoutAKey_SealsAreNotSigned) {
  record(3);
  EXPECT_TRUE(seal(nullptr));
  ASSERT_EQ(seals().size(), 1u);
  EXPECT_FALSE(seals()[0].key_id);
  EXPECT_EQ(verify(SealKeys{}).findings, 0);
  EXPECT_EQ(verify().signed_seals, 0);
  EXPECT_EQ(found(), "1 unsigned\n") << "whoever knows a key expects signatures";
  make_seals(1);
  EXPECT_EQ(verify(keys_, {}, 2).findings, 0);
  EXPECT_EQ(verify(SealKeys{}).findings, 1);
  EXPECT_EQ(found(), "2 unknown_key\n");
}

TEST_P(AuditSealsTest, WithoutAKey_ChangesAreFoundToo) {
  for (int i = 0; i < 3; ++i) {
    record(3);
    seal(nullptr);
  }
  tamper("UPDATE audit_events SET reason = 'x' WHERE id = 5");
  (void)verify(SealKeys{});
  EXPECT_EQ(found(), "2 events changed 5\n");
  tamper("UPDATE audit_seals SET count = 4 WHERE seq = 2");
  (void)verify(SealKeys{});
  EXPECT_EQ(found(), "2 events changed 5\n3 chain\n");
}

TEST_P(AuditSealsTest, KeyThatWasReplaced_StillVerifies) {
  make_seals(1);
  AuditSettings settings;
  settings.signing_key_pem = SecretString{testing::generate("ED25519").private_key};
  const auto next = make_signing_key(settings);
  record(3);
  EXPECT_TRUE(seal(next));
  EXPECT_EQ(verify_and_find(), "2 unknown_key\n");
  SealKeys both;
  both.add(next);
  both.add_pem(pair_.public_key);
  EXPECT_EQ(verify(both).findings, 0);
}

TEST_P(AuditSealsTest, ReplicaThatLostItsLease_AddsNothing) {
  record(3);
  const auto lease = run(leases_.take({.name = "audit sealing", .duration = seconds{30}}));
  ASSERT_TRUE(lease);
  Sealer sealer{*database_, clock_, key_};
  auto draft = run(sealer.draft());
  ASSERT_TRUE(draft);
  clock_.advance(seconds{31});
  jobs::LeaseStore other{*database_, clock_, random_};
  const auto taken = run(other.take({.name = "audit sealing", .duration = seconds{30}}));
  ASSERT_TRUE(taken);
  database::Changes late;
  const auto added = SealStore::add(late, draft->seal, draft->leaves, lease->held());
  EXPECT_EQ(run(database_->commit(std::move(late))).result(added), 0);
  EXPECT_TRUE(seals().empty());
  EXPECT_EQ(leaves_of(1), 0);
  run(other.give_back(*taken));
  EXPECT_TRUE(seal());
  EXPECT_EQ(verify_and_find(), "");
}

TEST_P(AuditSealsTest, SealOfTheSameNumber_IsNotAddedTwice) {
  record(3);
  const auto lease = run(leases_.take({.name = "audit sealing", .duration = seconds{30}}));
  ASSERT_TRUE(lease);
  Sealer sealer{*database_, clock_, key_};
  const auto draft = run(sealer.draft());
  clock_.advance(seconds{1});
  const auto second = run(sealer.draft());
  ASSERT_TRUE(draft && second);
  for (const auto* one : {&*draft, &*second}) {
    database::Changes changes;
    const auto added = SealStore::add(changes, one->seal, one->leaves, lease->held());
    EXPECT_EQ(run(database_->commit(std::move(changes))).result(added), one == &*draft ? 1 : 0);
  }
  EXPECT_EQ(verify_and_find(), "");
}

// Two replicas seal at the same moments.
TEST_P(AuditSealsTest, TwoReplicas_MakeOneChain) {
  jobs::LeaseStore other{*database_, clock_, random_};
  for (int i = 0; i < 20; ++i) {
    record(2);
    const jobs::Job one = sealing(key_);
    const jobs::Job two = sealing(key_);
    std::vector<Task<bool>> runs;
    runs.push_back(jobs::run_once(one, leases_));
    runs.push_back(jobs::run_once(two, other));
    (void)run_all(std::move(runs));
  }
  seal();
  const Verified verified = verify();
  EXPECT_EQ(found(), "");
  EXPECT_EQ(verified.events, 40);
}

TEST_P(AuditSealsTest, PositionsAboveThoseOfTheDatabase_AreRaisedOnce) {
  make_seals(1);
  SealStore store{*database_};
  EXPECT_FALSE(run(store.raise_positions()));
  if (!is_postgres()) return;
  // As after a restore into a cluster that has seen fewer transactions.
  run_script(
      "INSERT INTO audit_events (position, at, type, outcome, actor_kind) VALUES (1000000000000, now(), 'logout', "
      "'ok', 'key')");
  EXPECT_TRUE(run(store.raise_positions()));
  EXPECT_FALSE(run(store.raise_positions()));
  record(2);
  EXPECT_TRUE(seal());
  const auto made = seals();
  ASSERT_EQ(made.size(), 2u);
  EXPECT_EQ(made[1].count, 3);
  EXPECT_GT(made[1].to, 1000000000000);
  EXPECT_EQ(verify_and_find(), "");
}

}  // namespace
}  // namespace gatehouse::audit
