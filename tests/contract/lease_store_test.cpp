#include "jobs/lease_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "contract/feature_fixture.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

class LeaseStoreTest : public testing::FeatureFixture {
 protected:
  static constexpr LeaseTerms terms{.name = "a lease", .duration = seconds{30}};

  bool renew(const Lease& lease) { return commit(LeaseStore::renew(lease, clock_.now())); }

  /// The run of a job: whether it has the lease and another cannot get it.
  Task<> look_whether_held(std::optional<Lease> lease, bool& was_held) {
    const auto others = co_await other_.take(terms);
    was_held = lease && !others;
  }

  static Task<bool> answer(bool value) { co_return value; }
  static Task<> count(int& runs) {
    ++runs;
    co_return;
  }

  LeaseStore one_{*database_, clock_, random_};
  LeaseStore other_{*database_, clock_, random_};
};

INSTANTIATE_TEST_SUITE_P(Databases, LeaseStoreTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(LeaseStoreTest, TakenLease_KeepsOthersOutUntilItIsGivenBack) {
  auto lease = run(one_.take(terms));
  ASSERT_TRUE(lease);
  EXPECT_EQ(lease->name(), "a lease");
  EXPECT_FALSE(run(other_.take(terms)));
  EXPECT_TRUE(run(one_.take(terms))) << "its own";
  run(one_.give_back(*lease));
  EXPECT_TRUE(run(other_.take(terms)));
}

TEST_P(LeaseStoreTest, HolderThatDies_IsFollowedWhenItsLeaseRunsOut) {
  ASSERT_TRUE(run(one_.take(terms)));
  clock_.advance(terms.duration);
  EXPECT_FALSE(run(other_.take(terms))) << "it runs out after this moment";
  clock_.advance(microseconds{1});
  EXPECT_TRUE(run(other_.take(terms)));
  EXPECT_FALSE(run(one_.take(terms))) << "come back to life, it is one of the others";
}

TEST_P(LeaseStoreTest, Renewal_MovesTheEnd) {
  const auto lease = run(one_.take(terms));
  ASSERT_TRUE(lease);
  clock_.advance(seconds{20});
  EXPECT_TRUE(renew(*lease));
  clock_.advance(seconds{20});
  EXPECT_FALSE(run(other_.take(terms)));
}

TEST_P(LeaseStoreTest, LostLease_IsNeitherRenewedNorGivenBack) {
  const auto lost = run(one_.take(terms));
  ASSERT_TRUE(lost);
  clock_.advance(terms.duration + microseconds{1});
  const auto taken = run(other_.take(terms));
  ASSERT_TRUE(taken);
  EXPECT_FALSE(renew(*lost));
  run(one_.give_back(*lost));
  EXPECT_TRUE(renew(*taken)) << "still its holder's";
}

TEST_P(LeaseStoreTest, LeaseThatRanOutAndThatNobodyTook_IsRenewed) {
  const auto lease = run(one_.take(terms));
  ASSERT_TRUE(lease);
  clock_.advance(terms.duration + seconds{1});
  EXPECT_TRUE(renew(*lease));
  EXPECT_FALSE(run(other_.take(terms)));
}

TEST_P(LeaseStoreTest, LeasesOfOtherNames_AreOthers) {
  ASSERT_TRUE(run(one_.take(terms)));
  EXPECT_TRUE(run(other_.take({.name = "another lease", .duration = seconds{30}})));
}

TEST_P(LeaseStoreTest, ConcurrentHolders_OneGetsTheLease) {
  std::list<LeaseStore> stores;
  std::vector<Task<std::optional<Lease>>> attempts;
  for (int i = 0; i < 10; ++i) attempts.push_back(stores.emplace_back(*database_, clock_, random_).take(terms));
  const auto leases = run_all(std::move(attempts));
  EXPECT_EQ(std::ranges::count_if(leases, [](const auto& lease) { return lease.has_value(); }), 1);
}

TEST_P(LeaseStoreTest, RunOfAJob_HoldsItsLeaseAndGivesItBack) {
  bool was_held = false;
  const auto look = [&](const std::optional<Lease>& lease) { return look_whether_held(lease, was_held); };
  const Job job{.name = "looking", .interval = seconds{1}, .lease = terms, .run = look};
  EXPECT_TRUE(run(run_once(job, one_)));
  EXPECT_TRUE(was_held);
  const auto others = run(other_.take(terms));
  ASSERT_TRUE(others);
  EXPECT_FALSE(run(run_once(job, one_)));
}

TEST_P(LeaseStoreTest, JobThatIsNotDue_TakesNoLease) {
  bool is_due = false;
  int runs = 0;
  const Job job{.name = "job",
                .interval = seconds{1},
                .lease = terms,
                .is_due = [&is_due] { return answer(is_due); },
                .run = [&runs](const std::optional<Lease>& /*lease*/) { return count(runs); }};
  ASSERT_TRUE(run(other_.take(terms)));
  EXPECT_TRUE(run(run_once(job, one_)));
  is_due = true;
  EXPECT_FALSE(run(run_once(job, one_))) << "another has the lease";
  EXPECT_EQ(runs, 0);
  EXPECT_TRUE(run(run_once(job, other_)));
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace gatehouse::jobs
