#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "contract/login_fixture.hpp"
#include "flows/password_check/password_check.hpp"

namespace gatehouse::flows {
namespace {

using lockout::GuardStore;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* adas_email = "ada@example.com";
constexpr const char* right = "correct horse";

class LockoutTest : public testing::LoginFixture {
 protected:
  static Traces from(const std::string& address) { return {.source = address, .device_token = {}}; }
  static Traces on(const std::string& device) { return {.source = {}, .device_token = device}; }

  bool logs_in(Traces traces = {}) { return login(adas_email, right, std::move(traces)).has_value(); }
  void fail(int times, const Traces& traces = {}) {
    for (int i = 0; i < times; ++i) EXPECT_FALSE(login(adas_email, "wrong", traces));
  }

  /// Fails often enough to disable the password, each time waiting until another one would be checked.
  void disable(const Traces& traces = {}) {
    for (int i = 0; i < 100; ++i) {
      fail(1, traces);
      clock_.advance(minutes{16});
    }
  }

  std::string account() { return shared_.keys->accounts.of_user(user_.id); }
  lockout::GuardState others() {
    return run(GuardStore{*database_}.state({.account = account(), .part = lockout::part_of_others()}));
  }
  std::int64_t guard_rows() {
    static constexpr database::Statement count{"test_count_guards", "SELECT count(*) FROM login_guards"};
    return select(count)[0].integer(0);
  }

  const users::User user_ = create(adas_email, right);
  const lockout::LockoutSettings limits_;
};

INSTANTIATE_TEST_SUITE_P(Databases, LockoutTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(LockoutTest, FourFailures_LeaveTheRightPasswordRight) {
  fail(4);
  EXPECT_TRUE(logs_in());
  EXPECT_EQ(others().failures, 0);
}

TEST_P(LockoutTest, FifthFailure_MakesTheNextWaitASecond) {
  fail(5);
  EXPECT_FALSE(logs_in());
  clock_.advance(seconds{1});
  EXPECT_TRUE(logs_in());
}

TEST_P(LockoutTest, BlockedAttempts_AreNotCounted) {
  fail(5);
  const auto before = others();
  fail(20);
  EXPECT_EQ(others().failures, before.failures);
  EXPECT_EQ(others().blocked_until, before.blocked_until);
}

TEST_P(LockoutTest, EachFurtherFailure_DoublesTheWaitUpToFifteenMinutes) {
  fail(5);
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 13; ++i) {
    const auto wait = *others().blocked_until - clock_.now();
    waits.push_back(wait / seconds{1});
    clock_.advance(wait);
    fail(1);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900}));
}

TEST_P(LockoutTest, HundredFailures_DisableThePasswordUntilUnlocked) {
  disable();
  EXPECT_EQ(others().failures, 100);
  clock_.advance(std::chrono::days{365});
  EXPECT_FALSE(logs_in());
  EXPECT_EQ(others().failures, 100);
  commit(GuardStore::unlock(account()));
  EXPECT_TRUE(logs_in());
}

TEST_P(LockoutTest, Success_BeginsTheCountAnew) {
  for (int round = 0; round < 5; ++round) {
    fail(4);
    EXPECT_TRUE(logs_in());
  }
}

TEST_P(LockoutTest, GuessesFromElsewhere_LeaveAKnownAddressAlone) {
  ASSERT_TRUE(logs_in(from("4 1")));
  disable();
  EXPECT_FALSE(logs_in());
  EXPECT_FALSE(logs_in(from("4 2")));
  EXPECT_TRUE(logs_in(from("4 1")));
  EXPECT_FALSE(logs_in(from("4 2"))) << "a success in one part leaves the others";
}

TEST_P(LockoutTest, GuessesFromElsewhere_LeaveAKnownDeviceAlone) {
  const auto device = login(adas_email, right, on("new")).value().device_token;
  ASSERT_TRUE(device);
  disable();
  EXPECT_FALSE(logs_in());
  const auto again = login(adas_email, right, on(*device));
  ASSERT_TRUE(again);
  ASSERT_TRUE(again->device_token);
  EXPECT_TRUE(logs_in(on(*again->device_token)));
}

TEST_P(LockoutTest, StolenDevice_HasABudgetOfItsOwnAndIsForgotten) {
  const auto device = login(adas_email, right, on("new")).value().device_token.value();
  fail(5, on(device));
  EXPECT_FALSE(logs_in(on(device)));
  EXPECT_TRUE(logs_in());
  clock_.advance(minutes{16});
  disable(on(device));
  const auto later = login(adas_email, right, on(device));
  ASSERT_TRUE(later) << "it is one of all other places now";
  EXPECT_FALSE(shared_.keys->devices.open(*later->device_token)->id == shared_.keys->devices.open(device)->id);
}

TEST_P(LockoutTest, DeviceOfSomebodyElse_IsNone) {
  create("eve@example.com", right);
  const auto device = login("eve@example.com", right, on("new")).value().device_token.value();
  disable();
  EXPECT_FALSE(logs_in(on(device)));
}

TEST_P(LockoutTest, TokenThatNobodySealed_IsOneOfAllOtherPlaces) {
  fail(5, on("new"));
  EXPECT_FALSE(logs_in(on("garbage")));
  clock_.advance(seconds{1});
  EXPECT_NE(login(adas_email, right, on("garbage")).value().device_token, "garbage");
}

TEST_P(LockoutTest, AddressNotSeenForNinetyDays_IsForgotten) {
  ASSERT_TRUE(logs_in(from("4 1")));
  clock_.advance(std::chrono::days{91});
  fail(5, from("4 1"));
  EXPECT_EQ(others().failures, 5);
}

TEST_P(LockoutTest, OldestOfTwentyOneAddresses_IsForgotten) {
  for (int i = 0; i < 21; ++i) {
    ASSERT_TRUE(logs_in(from(std::to_string(i))));
    clock_.advance(seconds{1});
  }
  fail(1, from("0"));
  EXPECT_EQ(others().failures, 1);
  fail(1, from("1"));
  EXPECT_EQ(others().failures, 1);
}

TEST_P(LockoutTest, SpellingsOfOneEmail_ShareOneCounter) {
  for (const char* spelling : {adas_email, "ADA@example.com", " ada@EXAMPLE.com ",
                               "\xEF\xBC\xA1"
                               "da@example.com",
                               "aDa@example.com"}) {
    EXPECT_FALSE(login(spelling, "wrong"));
  }
  EXPECT_EQ(others().failures, 5);
}

TEST_P(LockoutTest, UnknownEmails_AreCountedInBoundedRows) {
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(login("nobody" + std::to_string(i) + "@example.com", "wrong"));
  EXPECT_LE(guard_rows(), 20);
  EXPECT_EQ(shared_.keys->accounts.of_nobody("x").substr(2), std::string(14, '\0'));
}

TEST_P(LockoutTest, ThousandGuessesAtOnce_CheckNoMoreThanTheBudget) {
  std::vector<Task<std::expected<LoginResult, LoginRefusal>>> tasks;
  for (int i = 0; i < 1000; ++i) tasks.push_back(login_.login(login_request(adas_email, "wrong " + std::to_string(i))));
  for (const auto& result : run_all(std::move(tasks))) EXPECT_FALSE(result);
  EXPECT_EQ(others().failures, limits_.free);
}

TEST_P(LockoutTest, RightPasswordsAtOnce_AreAllRight) {
  std::vector<Task<std::expected<LoginResult, LoginRefusal>>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(login_.login(login_request(adas_email, right)));
  for (const auto& result : run_all(std::move(tasks))) EXPECT_TRUE(result);
}

TEST_P(LockoutTest, AttemptsThatNeverEnded_AreGivenUp) {
  const lockout::Guard guard{.account = account(), .part = lockout::part_of_others()};
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(commit(GuardStore::take_place(guard, clock_.now(), limits_)));
  EXPECT_FALSE(commit(GuardStore::take_place(guard, clock_.now(), limits_)));
  EXPECT_FALSE(others().is_blocked(clock_.now(), limits_));
  clock_.advance(2 * GuardStore::period);
  EXPECT_TRUE(logs_in());
}

TEST_P(LockoutTest, ReplicaWhoseClockIsBehind_IsNotGivenMore) {
  const lockout::Guard guard{.account = account(), .part = lockout::part_of_others()};
  for (int i = 0; i < 5; ++i) {
    const auto now = clock_.now() - (i % 2) * minutes{1};
    EXPECT_TRUE(commit(GuardStore::take_place(guard, now, limits_)));
  }
  EXPECT_FALSE(commit(GuardStore::take_place(guard, clock_.now() - minutes{1}, limits_)));
}

TEST_P(LockoutTest, RowsThatSayNothing_AreDeleted) {
  ASSERT_TRUE(logs_in());
  EXPECT_FALSE(login("nobody@example.com", "wrong"));
  static constexpr database::Write take_lease{
      "test_take_lease", "INSERT INTO leases (name, holder, expires_at) VALUES ('cleanup', 'me', $1)",
      database::announces_nothing};
  execute(take_lease, {clock_.now()});
  const auto left = [this] {
    const database::HeldLease lease{.name = "cleanup", .holder = "me"};
    commit(GuardStore::forget_idle({}, std::nullopt, clock_.now(), limits_, lease));
    return guard_rows();
  };
  EXPECT_EQ(left(), 2) << "something may be under way";
  clock_.advance(minutes{2});
  EXPECT_EQ(left(), 1);
  clock_.advance(std::chrono::days{31});
  EXPECT_EQ(left(), 0);
  disable();
  clock_.advance(std::chrono::days{3650});
  EXPECT_EQ(left(), 1) << "a disabled password stays disabled";
}

// If one user had more rows than one batch looks at, the cleanup once never came to its end.
TEST_P(LockoutTest, AccountWithManyParts_IsWalkedThrough) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(logs_in(from(std::to_string(i))));
  static constexpr database::Write copy{
      "test_copy_guards",
      "INSERT INTO login_guards (account_key, part, failures, in_flight, in_flight_before, period, blocked_until, "
      "updated_at) VALUES ($1, $2, 0, 0, 0, 0, 0, 0)",
      database::announces_nothing};
  for (std::int64_t i = 1; i <= 600; ++i) {
    execute(copy, {database::Blob{account()}, database::Blob{lockout::part_of_device(i)}});
  }
  GuardStore guards{*database_};
  const auto end = run(guards.end_of_batch({}));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->account, account());
  EXPECT_FALSE(run(guards.end_of_batch(*end)));
}

TEST_P(LockoutTest, AddressOfALockedUserWhoWasDeleted_BeginsAnew) {
  disable();
  EXPECT_TRUE(run(accounts_.remove(user_.id, origin_)));
  create(adas_email, right);
  EXPECT_TRUE(logs_in());
}

TEST_P(LockoutTest, EmailOfSixtyKilobytes_IsAnUnknownOne) {
  EXPECT_EQ(login(std::string(60'000, 'a') + "@example.com", "wrong").error(), LoginError::unknown_user);
}

TEST_P(LockoutTest, VerdictAfterItsPlaceHasLapsed_IsNone) {
  const lockout::Place place{.guard = {}, .period = clock_.now().time_since_epoch() / GuardStore::period};
  EXPECT_FALSE(GuardStore::has_lapsed(place, clock_.now() + GuardStore::period));
  EXPECT_TRUE(GuardStore::has_lapsed(place, clock_.now() + 2 * GuardStore::period));
}

}  // namespace
}  // namespace gatehouse::flows
