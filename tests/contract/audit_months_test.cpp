#include "database/schema/audit_months.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "contract/seal_fixture.hpp"
#include "jobs/audit_months.hpp"

namespace gatehouse::audit {
namespace {

using database::Statement;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// A trail partitioned by month, with the clock in January 2025.
class AuditMonthsTest : public testing::SealFixture {
 protected:
  static constexpr auto february = std::chrono::sys_days{std::chrono::year{2025} / 2 / 1};
  static constexpr auto march = std::chrono::sys_days{std::chrono::year{2025} / 3 / 1};

  std::vector<std::string> months() {
    return run(database::schema::list_audit_months_before(*database_, TimePoint{march}));
  }

  std::int64_t events_in(const std::string& partition) {
    const std::string counted = "SELECT count(*) FROM " + partition;
    return run(schema_->run_check(counted))[0].integer(0);
  }

  std::string newest_details() {
    AuditStore store{*database_};
    return run(store.page({}, std::nullopt, 1)).events.at(0).details.value_or("");
  }

  void add_months(const std::string& since) {
    run_script("SELECT gatehouse_add_audit_months('audit_events', '" + since + "')");
  }

  /// Records three events from `time` on and seals them.
  void record_at(TimePoint time) {
    clock_.set(time);
    make_seals(1);
  }
};

std::vector<testing::BackendFactory> months_backends() {
  std::vector<testing::BackendFactory> found;
  if (auto by_month = testing::postgres_by_month_backend()) found.push_back(std::move(*by_month));
  return found;
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AuditMonthsTest);
INSTANTIATE_TEST_SUITE_P(Databases, AuditMonthsTest, ::testing::ValuesIn(months_backends()), testing::backend_name);

TEST_P(AuditMonthsTest, Events_LieInTheirMonths) {
  record_at(february - seconds{2});
  record_at(march);
  EXPECT_EQ(events_in("audit_events_y2025m01"), 2);
  EXPECT_EQ(events_in("audit_events_y2025m02"), 1);
  EXPECT_EQ(events_in("audit_events_default"), 3) << "March has no partition";
  EXPECT_EQ(verify().events, 6);
  EXPECT_EQ(found(), "");
}

TEST_P(AuditMonthsTest, MonthThatIsOver_IsDroppedAndItsSealsAreTold) {
  record_at(february - days{3});
  record_at(february - seconds{2});  // one of these is in February
  record_at(february + minutes{1});
  clock_.set(TimePoint{february} + retention + seconds{30});
  ASSERT_TRUE(prune());
  EXPECT_EQ(months(), (std::vector<std::string>{"audit_events_y2025m02"}));
  const auto made = seals();
  ASSERT_EQ(made.size(), 3u);
  EXPECT_EQ(made[0].pruned_at, clock_.now());
  EXPECT_EQ(made[1].pruned_at, clock_.now());
  EXPECT_FALSE(made[2].pruned_at);
  EXPECT_EQ(newest_details(),
            R"({"before":")" + to_iso8601(clock_.now() - retention) + R"(","count":6,"firstSeal":1,"lastSeal":2})");
  seal();
  const Verified verified = verify();
  EXPECT_EQ(found(), "");
  EXPECT_EQ(verified.pruned_seals, 2);
  EXPECT_EQ(verified.events, 4) << "those of the third seal, and that the others went";
}

TEST_P(AuditMonthsTest, MonthOfWhichASealIsStillKept_GoesByRows) {
  record_at(february - days{3});
  clock_.set(TimePoint{february} - seconds{3});
  record(2);
  clock_.set(TimePoint{february} + hours{1});
  ASSERT_TRUE(seal());
  clock_.set(TimePoint{february} + retention + minutes{1});
  ASSERT_TRUE(prune());
  EXPECT_EQ(months().size(), 2u);
  EXPECT_EQ(events_in("audit_events_y2025m01"), 2);
  EXPECT_TRUE(seals()[0].pruned_at);
  seal();
  EXPECT_EQ(verify_and_find(), "");
}

TEST_P(AuditMonthsTest, MonthThatIsEmpty_IsDroppedWithoutAWord) {
  record_at(february - days{3});
  clock_.set(TimePoint{february} - days{2} + retention);
  ASSERT_TRUE(prune());
  EXPECT_EQ(months().size(), 2u) << "its end is not out of date";
  const std::string said = newest_details();
  clock_.set(TimePoint{february} + retention);
  ASSERT_TRUE(prune());
  EXPECT_EQ(months(), (std::vector<std::string>{"audit_events_y2025m02"}));
  EXPECT_EQ(newest_details(), said);
}

TEST_P(AuditMonthsTest, UnsealedEvents_KeepTheirMonth) {
  clock_.set(TimePoint{february} - days{1});
  record(3);
  clock_.set(TimePoint{march} + retention);
  ASSERT_TRUE(prune());
  EXPECT_EQ(events_in("audit_events_y2025m01"), 3);
}

TEST_P(AuditMonthsTest, EventsThatNoSealVouchesFor_KeepTheirMonth) {
  record_at(february - days{3});
  record_at(february - days{2});
  clock_.set(TimePoint{february} - days{2} + retention - seconds{1});
  ASSERT_TRUE(prune());
  ASSERT_TRUE(seals()[0].pruned_at && !seals()[1].pruned_at);
  tamper(
      "INSERT INTO audit_events (position, at, type, outcome, actor_kind) "
      "SELECT position_from, '2025-01-20', 'logout', 'ok', 'key' FROM audit_seals WHERE seq = 1");
  clock_.set(TimePoint{february} + retention + seconds{1});
  ASSERT_TRUE(prune());
  EXPECT_EQ(events_in("audit_events_y2025m01"), 1) << "which is what there is to find";
  EXPECT_TRUE(seals()[1].pruned_at) << "by rows";
}

TEST_P(AuditMonthsTest, MonthThatACopyFollows_GoesByRows) {
  record_at(february - days{3});
  run_script("CREATE TABLE audit_copy (id integer)");
  clock_.set(TimePoint{february} + retention);
  ASSERT_TRUE(prune());
  EXPECT_EQ(months().size(), 2u);
  EXPECT_EQ(events_in("audit_events_y2025m01"), 0);
}

TEST_P(AuditMonthsTest, LostLease_DropsNothing) {
  const std::string script = database::schema::drop_audit_month_script(
      {.partition = "audit_events_y2025m01", .sealed_before = TimePoint{march}, .now = clock_.now()},
      {.name = "audit pruning", .holder = "it's somebody"});
  EXPECT_TRUE(run(schema_->run_beside(script, seconds{60})));
  EXPECT_EQ(months().size(), 2u);
}

TEST_P(AuditMonthsTest, EventsThatCameBeforeTheirMonth_MoveIntoIt) {
  record_at(march + days{3});
  EXPECT_EQ(events_in("audit_events_default"), 3);
  add_months("2025-03-01");
  EXPECT_EQ(events_in("audit_events_default"), 0);
  EXPECT_EQ(events_in("audit_events_y2025m03"), 3);
  EXPECT_EQ(verify().events, 3);
  EXPECT_EQ(found(), "");
  clock_.advance(days{1});
  record(1);
  EXPECT_EQ(events_in("audit_events_y2025m03"), 4) << "numbers go on";
}

TEST_P(AuditMonthsTest, TooManyEventsToMove_StayWhereTheyAre) {
  run_script(
      "INSERT INTO audit_events (at, type, outcome, actor_kind) SELECT '2025-03-01', 'logout', 'ok', 'key' "
      "FROM generate_series(1, 10001)");
  add_months("2025-03-01");
  EXPECT_EQ(events_in("audit_events_default"), 10'001);
}

TEST_P(AuditMonthsTest, Job_MakesTheMonthsThatAreMissing) {
  const auto before = run(database::schema::read_audit_months(*database_));
  EXPECT_EQ(before.missing, 0);
  run_script(
      "DO $$ BEGIN EXECUTE 'DROP TABLE audit_events_y' || to_char(now() AT TIME ZONE 'UTC', 'YYYY\"m\"MM'); "
      "END $$; INSERT INTO audit_events (at, type, outcome, actor_kind) VALUES (now(), 'logout', 'ok', 'key')");
  EXPECT_EQ(run(database::schema::read_audit_months(*database_)).missing, 1);
  EXPECT_EQ(events_in("audit_events_default"), 1);
  const jobs::Job job = jobs::AuditMonthMaking::job(
      {.database = *database_, .open_schema = [this] { return backend_->provider().open_schema(io_); }});
  EXPECT_TRUE(run(job.is_due()));
  EXPECT_TRUE(run(jobs::run_once(job, leases_)));
  EXPECT_FALSE(run(job.is_due()));
  EXPECT_EQ(run(database::schema::read_audit_months(*database_)).months, before.months);
  EXPECT_EQ(events_in("audit_events_default"), 0);
}

TEST_P(AuditMonthsTest, Partitions_RefuseChangesThatNameThem) {
  record_at(february - days{1});
  for (const std::string change : {"DELETE FROM audit_events_y2025m01", "UPDATE audit_events_y2025m01 SET type = 'x'",
                                   "TRUNCATE audit_events_y2025m01", "TRUNCATE audit_events"}) {
    EXPECT_THROW((void)run(schema_->run_script(change)), database::StatementFailed) << change;
  }
  EXPECT_EQ(events_in("audit_events_y2025m01"), 3);
}

}  // namespace
}  // namespace gatehouse::audit
