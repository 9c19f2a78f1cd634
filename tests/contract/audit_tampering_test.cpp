#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "contract/seal_fixture.hpp"

namespace gatehouse::audit {
namespace {

/// Three seals over the events 1 to 3, 4 to 6 and 7 to 9, and each way to change them.
class AuditTamperingTest : public testing::SealFixture {
 protected:
  AuditTamperingTest() { make_seals(3); }

  /// Sets a column of an event, returns what is found, and restores the column.
  std::string found_with(const std::string& column, const std::string& value) {
    tamper("CREATE TABLE kept AS SELECT * FROM audit_events WHERE id = 5; UPDATE audit_events SET " + column + " = " +
           value + " WHERE id = 5");
    const std::string text = verify_and_find();
    tamper("UPDATE audit_events SET " + column + " = (SELECT " + column + " FROM kept) WHERE id = 5; DROP TABLE kept");
    return text;
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, AuditTamperingTest, ::testing::ValuesIn(testing::audit_backends()),
                         testing::backend_name);

TEST_P(AuditTamperingTest, EachColumnOfAnEvent_IsSealed) {
  const std::string later = is_postgres() ? "at + interval '1 microsecond'" : "at + 1";
  const std::vector<std::pair<std::string, std::string>> changes{
      {"at", later},      {"type", "'logout'"},    {"outcome", "'ok'"}, {"reason", "'x'"},
      {"reason", "NULL"}, {"actor_kind", "'cli'"}, {"actor", "'x'"},    {"actor", "NULL"},
      {"user_id", "8"},   {"user_id", "NULL"},     {"session_id", "8"}, {"request_id", "'x'"},
      {"address", "'x'"}, {"user_agent", "'x'"},   {"details", "'{}'"}, {"details", "NULL"}};
  for (const auto& [column, value] : changes) {
    EXPECT_EQ(found_with(column, value), "2 events changed 5\n") << column << " = " << value;
  }
  EXPECT_EQ(verify_and_find(), "");
}

TEST_P(AuditTamperingTest, Finding_HasTheRangeOfTheSeal) {
  tamper("UPDATE audit_events SET reason = 'x' WHERE id = 5");
  (void)verify();
  ASSERT_EQ(findings_.size(), 1u);
  EXPECT_EQ(findings_[0].events.first, EventId{4});
  EXPECT_EQ(findings_[0].events.last, EventId{6});
  EXPECT_EQ(findings_[0].events.end - findings_[0].events.begin, std::chrono::seconds{2});
  EXPECT_EQ(findings_[0].sealed_at, seals()[1].sealed_at);
}

TEST_P(AuditTamperingTest, NumberOfAnEvent_IsSealed) {
  const std::string columns =
      "position, at, type, outcome, reason, actor_kind, actor, user_id, session_id, request_id, address, user_agent, "
      "details";
  tamper("INSERT INTO audit_events (id, " + columns + ") OVERRIDING SYSTEM VALUE SELECT 99, " + columns +
             " FROM audit_events WHERE id = 9; DELETE FROM audit_events WHERE id = 9",
         "UPDATE audit_events SET id = -9 WHERE id = 9");
  EXPECT_EQ(verify_and_find(),
            is_postgres() ? "3 events missing 9 added 99\n" : "1 events added -9\n3 events missing 9\n");
}

TEST_P(AuditTamperingTest, PositionOfAnEvent_IsSealed) {
  if (!is_postgres()) GTEST_SKIP() << "on SQLite it is the id";
  tamper("UPDATE audit_events SET position = position - 1 WHERE id = 5");
  EXPECT_EQ(verify_and_find(), "2 events changed 5\n");
}

TEST_P(AuditTamperingTest, DeletedEvent_IsMissing) {
  tamper("DELETE FROM audit_events WHERE id = 5");
  EXPECT_EQ(verify_and_find(), "2 events missing 5\n");
}

TEST_P(AuditTamperingTest, DeletedEvents_OfAWholeSealAreMissing) {
  tamper("DELETE FROM audit_events WHERE id BETWEEN 4 AND 6");
  EXPECT_EQ(verify_and_find(), "2 events missing 4 5 6\n");
}

TEST_P(AuditTamperingTest, TailThatWasCutOff_IsMissing) {
  tamper("DELETE FROM audit_events WHERE id > 4");
  EXPECT_EQ(verify_and_find(), "2 events missing 5 6\n3 events missing 7 8 9\n");
}

TEST_P(AuditTamperingTest, InsertedEvent_IsAdded) {
  tamper(
      "INSERT INTO audit_events (id, position, at, type, outcome, actor_kind) OVERRIDING SYSTEM VALUE "
      "SELECT -5, position, at, type, outcome, actor_kind FROM audit_events WHERE id = 5",
      "INSERT INTO audit_events (id, at, type, outcome, actor_kind) "
      "SELECT -5, at, type, outcome, actor_kind FROM audit_events WHERE id = 5");
  EXPECT_EQ(verify_and_find(), is_postgres() ? "2 events added -5\n" : "1 events added -5\n");
}

TEST_P(AuditTamperingTest, EventInTheRangeOfSeveralSeals_IsAddedToOne) {
  tamper(
      "DELETE FROM audit_events WHERE id = 5; INSERT INTO audit_events (id, position, at, type, outcome, actor_kind) "
      "OVERRIDING SYSTEM VALUE SELECT 5, position, at, type, outcome, actor_kind FROM audit_events WHERE id = 8",
      "DELETE FROM audit_events WHERE id = 5; INSERT INTO audit_events (id, at, type, outcome, actor_kind) "
      "SELECT 5, at, type, outcome, actor_kind FROM audit_events WHERE id = 8");
  EXPECT_EQ(verify_and_find(), is_postgres() ? "2 events missing 5\n3 events added 5\n" : "2 events changed 5\n");
}

TEST_P(AuditTamperingTest, SwappedEvents_AreChanged) {
  tamper(
      "CREATE TABLE kept AS SELECT id, at FROM audit_events; "
      "UPDATE audit_events SET at = (SELECT at FROM kept WHERE kept.id = 10 - audit_events.id) WHERE id IN (4, 6); "
      "DROP TABLE kept");
  EXPECT_EQ(verify_and_find(), "2 events changed 4 6\n");
}

TEST_P(AuditTamperingTest, ChangedLeafHashes_AreTold) {
  tamper(
      "UPDATE audit_seal_leaves SET leaves = (SELECT leaves FROM audit_seal_leaves WHERE seq = 1) WHERE seq = 2; "
      "UPDATE audit_events SET reason = 'x' WHERE id = 5");
  EXPECT_EQ(verify_and_find(), "2 events missing 1 2 3 added 4 5 6 ?\n");
  tamper("DELETE FROM audit_seal_leaves WHERE seq = 2");
  EXPECT_EQ(verify_and_find(), "2 events ?\n");
}

TEST_P(AuditTamperingTest, EachColumnOfASeal_IsSealed) {
  const std::string later = is_postgres() ? "sealed_at + interval '1 microsecond'" : "sealed_at + 1";
  const std::string other_root = "(SELECT root FROM audit_seals WHERE seq = 1)";
  const std::vector<std::pair<std::string, std::string>> changes{
      {"count = 4", "2 signature,content\n3 chain\n"},
      {"root = " + other_root, "2 signature,content\n3 chain\n"},
      {"previous = " + other_root, "2 chain,signature\n3 chain\n"},
      {"sealed_at = " + later, "2 signature\n3 chain\n"},
      {"position_from = position_from + 1", "2 chain,signature\n3 chain\n"},
      {"position_to = position_to + 1", "2 signature\n3 chain\n"},
      {"key_id = 'other'", "2 unknown_key\n"},
      {"key_id = NULL, signature = NULL", "2 unsigned\n"},
      {"signature = (SELECT signature FROM audit_seals WHERE seq = 1)", "2 signature\n"}};
  for (const auto& [change, finding] : changes) {
    tamper("CREATE TABLE kept AS SELECT * FROM audit_seals WHERE seq = 2; UPDATE audit_seals SET " + change +
           " WHERE seq = 2");
    EXPECT_EQ(verify_and_find(), finding) << change;
    tamper("DELETE FROM audit_seals WHERE seq = 2; INSERT INTO audit_seals SELECT * FROM kept; DROP TABLE kept");
  }
  EXPECT_EQ(verify_and_find(), "");
}

TEST_P(AuditTamperingTest, EndOfTheLastSeal_IsSealed) {
  tamper("UPDATE audit_seals SET position_to = 9000000000000000000 WHERE seq = 3");
  record(2);
  EXPECT_EQ(verify_and_find(), "3 signature,events added 10 11\n");
}

TEST_P(AuditTamperingTest, RemovedSeal_IsMissing) {
  tamper("DELETE FROM audit_seals WHERE seq = 2");
  EXPECT_EQ(verify_and_find(), "2 missing\n");
  EXPECT_EQ(findings_[0].events.first, EventId{4});
  EXPECT_EQ(findings_[0].events.last, EventId{6});
  tamper("DELETE FROM audit_seals WHERE seq = 1");
  EXPECT_EQ(verify_and_find(), "1-2 missing\n");
}

TEST_P(AuditTamperingTest, RenumberedSeals_DoNotFollow) {
  tamper(
      "DELETE FROM audit_seals WHERE seq = 2; UPDATE audit_seals SET seq = 2 WHERE seq = 3; "
      "UPDATE audit_seal_leaves SET seq = 9 WHERE seq = 2; UPDATE audit_seal_leaves SET seq = 2 WHERE seq = 3");
  EXPECT_EQ(verify_and_find(), "2 chain,events added 4 5 6\n");
}

TEST_P(AuditTamperingTest, ReplayedSeal_DoesNotFollow) {
  tamper(
      "INSERT INTO audit_seals SELECT 4, position_from, position_to, count, root, previous, sealed_at, key_id, "
      "signature FROM audit_seals WHERE seq = 2",
      "INSERT INTO audit_seals SELECT 4, position_from, position_to, count, root, previous, sealed_at, key_id, "
      "signature, NULL FROM audit_seals WHERE seq = 2");
  EXPECT_EQ(verify_and_find(), "4 chain\n");
}

// Somebody who has the database but not the key can cut off its end, events and seals. Only the log shows it.
TEST_P(AuditTamperingTest, TailThatWasCutOffWithItsSeals_IsFoundByTheLog) {
  const SealAnchors told = anchors();
  tamper(
      "DELETE FROM audit_events WHERE id > 3; DELETE FROM audit_seals WHERE seq > 1; "
      "DELETE FROM audit_seal_leaves WHERE seq > 1");
  EXPECT_EQ(verify_and_find(), "");
  EXPECT_EQ(verify(keys_, told).findings, 1);
  EXPECT_EQ(found(), "2-3 missing\n");
  record(3);
  seal();
  (void)verify(keys_, told);
  EXPECT_EQ(found(), "2 anchor\n3 missing\n");
}

// Even somebody who has the key cannot make another chain that agrees with the log.
TEST_P(AuditTamperingTest, RewrittenChain_IsFoundByTheLog) {
  const SealAnchors told = anchors();
  tamper("UPDATE audit_events SET reason = 'x' WHERE id = 5; DELETE FROM audit_seals; DELETE FROM audit_seal_leaves");
  seal();
  EXPECT_EQ(verify_and_find(), "");
  (void)verify(keys_, told);
  EXPECT_EQ(found(), "1 anchor\n2-3 missing\n");
}

}  // namespace
}  // namespace gatehouse::audit
