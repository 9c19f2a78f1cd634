#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "audit/audit_store.hpp"
#include "contract/login_fixture.hpp"
#include "flows/seeding/seeder.hpp"

namespace gatehouse::flows {
namespace {

using audit::StoredEvent;

/// Which events each flow records.
class AuditedFlowsTest : public testing::LoginFixture {
 protected:
  /// Oldest first.
  std::vector<StoredEvent> events() {
    auto found = run(audit::AuditStore{*database_}.page({}, std::nullopt, 1000)).events;
    std::ranges::reverse(found);
    return found;
  }

  /// The events after the first `seen`, each as in `login.failed refused wrong_password user 1`.
  std::vector<std::string> told(std::size_t seen = 0) {
    std::vector<std::string> lines;
    for (const StoredEvent& event : events()) {
      std::string line = event.type + " " + event.outcome;
      if (event.reason) line += " " + *event.reason;
      if (event.user) line += " user " + std::to_string(event.user->value);
      if (event.session) line += " session " + std::to_string(event.session->value);
      if (event.details) line += " " + *event.details;
      lines.push_back(line);
    }
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(std::min(seen, lines.size())));
    return lines;
  }

  SessionEndFlow& ends_ = capabilities_.session_ends;
};

using Lines = std::vector<std::string>;

INSTANTIATE_TEST_SUITE_P(Databases, AuditedFlowsTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(AuditedFlowsTest, Account_FromItsBeginningToItsEnd) {
  const auto user = create("ada@example.com", "correct horse");
  users::UserChanges changes;
  changes.email = "ada@example.org";
  changes.last_name = "King";
  EXPECT_TRUE(run(accounts_.update(user.id, std::move(changes), origin_)));
  users::UserChanges password;
  password.password = SecretString{"difference engine"};
  EXPECT_TRUE(run(accounts_.update(user.id, std::move(password), origin_)));
  EXPECT_TRUE(run(accounts_.update(user.id, {}, origin_)));
  EXPECT_TRUE(run(accounts_.disable(user.id, origin_)));
  EXPECT_TRUE(run(accounts_.enable(user.id, origin_)));
  EXPECT_TRUE(run(accounts_.remove(user.id, origin_)));
  EXPECT_EQ(told(), (Lines{
                        "user.created ok user 1",
                        R"(user.updated ok user 1 {"fields":["last_name","email"]})",
                        "password.changed ok user 1",
                        R"(user.updated ok user 1 {"fields":[]})",
                        "user.disabled ok user 1",
                        "user.enabled ok user 1",
                        "user.deleted ok user 1",
                    }));
}

TEST_P(AuditedFlowsTest, ChangeOfNameAndPassword_AreTwo) {
  const auto user = create("ada@example.com", "correct horse");
  users::UserChanges changes;
  changes.first_name = "Augusta";
  changes.password = SecretString{"difference engine"};
  EXPECT_TRUE(run(accounts_.update(user.id, std::move(changes), origin_)));
  EXPECT_EQ(told(1), (Lines{R"(user.updated ok user 1 {"fields":["first_name"]})", "password.changed ok user 1"}));
}

TEST_P(AuditedFlowsTest, WhatChangesNothing_IsNotTold) {
  create("ada@example.com", "correct horse");
  users::NewUser again{
      .first_name = "Ada", .last_name = "Lovelace", .email = "ADA@example.com", .password = SecretString{"x"}};
  EXPECT_FALSE(run(accounts_.create(std::move(again), {.origin = origin_, .languages = {}})));
  const UserId nobody{99};
  users::UserChanges changes;
  changes.first_name = "Augusta";
  EXPECT_FALSE(run(accounts_.update(nobody, std::move(changes), origin_)));
  EXPECT_FALSE(run(accounts_.disable(nobody, origin_)));
  EXPECT_FALSE(run(accounts_.enable(nobody, origin_)));
  EXPECT_FALSE(run(accounts_.remove(nobody, origin_)));
  EXPECT_FALSE(run(accounts_.require_password_change(nobody, origin_)));
  EXPECT_FALSE(run(accounts_.forget_devices(nobody, origin_)));
  EXPECT_FALSE(run(capabilities_.password_reset.send(nobody, origin_)));
  EXPECT_FALSE(run(ends_.revoke(SessionId{99}, origin_)));
  run(ends_.log_out("nonsense", origin_));
  EXPECT_TRUE(told(1).empty());
}

TEST_P(AuditedFlowsTest, Logins_AndWhyTheyFail) {
  create("ada@example.com", "correct horse");
  const auto bob = create("bob@example.com", "correct horse");
  EXPECT_TRUE(run(accounts_.disable(bob.id, origin_)));
  const auto before = events().size();
  EXPECT_TRUE(login("ada@example.com", "correct horse"));
  EXPECT_FALSE(login("ada@example.com", "wrong"));
  EXPECT_FALSE(login("nobody@example.com", "wrong"));
  EXPECT_FALSE(login("bob@example.com", "correct horse"));
  EXPECT_FALSE(login("ada@example.com", ""));
  EXPECT_FALSE(login("no address", "wrong"));
  EXPECT_FALSE(login("", ""));
  EXPECT_EQ(told(before), (Lines{
                              "login.succeeded ok user 1 session 1",
                              "login.failed refused wrong_password user 1",
                              "login.failed refused unknown_user",
                              "login.failed refused disabled user 2",
                              "login.failed refused wrong_password user 1",
                              "login.failed refused unknown_user",
                              "login.failed refused unknown_user",
                          }));
}

TEST_P(AuditedFlowsTest, BlockedAttempts_AreCounted) {
  const auto user = create("ada@example.com", "correct horse");
  for (int i = 0; i < settings_.lockout.free; ++i) EXPECT_FALSE(login("ada@example.com", "wrong"));
  EXPECT_EQ(told(1),
            Lines(static_cast<std::size_t>(settings_.lockout.free), "login.failed refused wrong_password user 1"));
  const auto before = events().size();
  EXPECT_FALSE(login("ada@example.com", "wrong"));
  EXPECT_FALSE(login("ada@example.com", "correct horse"));
  EXPECT_TRUE(told(before).empty());
  const auto counts = shared_.tally.take_all(10);
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_EQ(counts[0].refused, (audit::Refused{.type = audit::EventType::login_blocked,
                                               .reason = "too_many_failures",
                                               .actor = "API_KEY",
                                               .address = "192.0.2.1",
                                               .user = user.id}));
  EXPECT_EQ(counts[0].count, 2u);
  EXPECT_TRUE(run(capabilities_.password_check.unlock(user.id, origin_)));
  EXPECT_FALSE(run(capabilities_.password_check.unlock(UserId{99}, origin_)));
  EXPECT_EQ(told(before), Lines{"user.unlocked ok user 1"});
  EXPECT_TRUE(login("ada@example.com", "correct horse"));
}

TEST_P(AuditedFlowsTest, NewDevice_IsToldWithItsLogin) {
  create("ada@example.com", "correct horse");
  flows::Traces wants_device;
  wants_device.device_token = "new";
  ASSERT_TRUE(login("ada@example.com", "correct horse", wants_device));
  EXPECT_EQ(told(1), (Lines{"login.succeeded ok user 1 session 1", "device.added ok user 1 session 1"}));
}

TEST_P(AuditedFlowsTest, WhatAnOperatorDoesToAnAccount_IsTold) {
  const auto user = create("ada@example.com", "correct horse");
  EXPECT_TRUE(run(accounts_.require_password_change(user.id, origin_)));
  EXPECT_EQ(run(accounts_.forget_devices(user.id, origin_)), 0);
  EXPECT_TRUE(run(capabilities_.password_reset.send(user.id, origin_)));
  EXPECT_EQ(told(1), (Lines{R"(user.updated ok user 1 {"fields":["mustChangePassword"]})", "device.removed ok user 1",
                            "password.reset_requested ok user 1"}));
}

TEST_P(AuditedFlowsTest, EndOfASession_IsToldOnce) {
  const auto user = create("ada@example.com", "correct horse");
  std::vector<std::string> sessions;
  for (int i = 0; i < 4; ++i) sessions.push_back(login("ada@example.com", "correct horse").value().session);
  const auto before = events().size();
  run(ends_.log_out(sessions[0], origin_));
  run(ends_.log_out(sessions[0], origin_));
  EXPECT_TRUE(run(ends_.revoke(SessionId{2}, origin_)));
  EXPECT_FALSE(run(ends_.revoke(SessionId{2}, origin_)));
  EXPECT_EQ(run(ends_.revoke_all(user.id, origin_)), 2);
  EXPECT_EQ(told(before), (Lines{
                              "logout ok user 1 session 1",
                              "session.revoked ok user 1 session 2",
                              R"(session.revoked ok user 1 {"all":true})",
                          }));
}

TEST_P(AuditedFlowsTest, Seeds_AreImported) {
  Seeder seeder{*database_, accounts_, audit::system_origin("seeds")};
  (void)run(seeder.run(embedded_seeds()));
  (void)run(seeder.run(embedded_seeds()));
  const auto found = events();
  ASSERT_EQ(found.size(), 3u);
  for (const StoredEvent& event : found) {
    EXPECT_EQ(event.type, "user.imported");
    EXPECT_EQ(event.actor_kind, "system");
    EXPECT_EQ(event.actor, "seeds");
  }
}

TEST_P(AuditedFlowsTest, Origin_IsInEveryEvent) {
  const auto user = create("ada@example.com", "correct horse");
  const auto session = login("ada@example.com", "correct horse").value().session;
  EXPECT_FALSE(login("ada@example.com", "wrong"));
  run(ends_.log_out(session, origin_));
  EXPECT_TRUE(run(accounts_.remove(user.id, origin_)));
  const auto found = events();
  EXPECT_EQ(found.size(), 5u);
  for (const StoredEvent& event : found) {
    EXPECT_EQ(event.actor_kind, "key") << event.type;
    EXPECT_EQ(event.actor, "API_KEY") << event.type;
    EXPECT_EQ(event.request_id, "request-1") << event.type;
    EXPECT_EQ(event.address, "192.0.2.1") << event.type;
    EXPECT_EQ(event.user_agent, "test") << event.type;
  }
}

Task<bool> removes(AccountFlow& accounts, UserId user, audit::Origin origin) {
  const auto removed = co_await accounts.remove(user, std::move(origin));
  co_return removed.has_value();
}

Task<bool> logs_out(SessionEndFlow& ends, std::string session, audit::Origin origin) {
  co_await ends.log_out(std::move(session), std::move(origin));
  co_return true;
}

TEST_P(AuditedFlowsTest, ManyWhoDoOneThing_AreOneEvent) {
  const auto user = create("ada@example.com", "correct horse");
  const auto session = login("ada@example.com", "correct horse").value().session;
  (void)login("ada@example.com", "correct horse");
  const auto before = events().size();
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(logs_out(ends_, session, origin_));
  for (int i = 0; i < 10; ++i) tasks.push_back(ends_.revoke(SessionId{2}, origin_));
  (void)run_all(std::move(tasks));
  EXPECT_EQ(told(before).size(), 2u);
  tasks.clear();
  for (int i = 0; i < 10; ++i) tasks.push_back(removes(accounts_, user.id, origin_));
  const auto removed = run_all(std::move(tasks));
  EXPECT_EQ(std::ranges::count(removed, true), 1);
  EXPECT_EQ(told(before + 2), Lines{"user.deleted ok user 1"});
}

TEST_P(AuditedFlowsTest, LoginsOfOneMoment_AreToldOfTheirOwnSessions) {
  create("ada@example.com", "correct horse");
  create("bob@example.com", "correct horse");
  std::vector<Task<std::expected<LoginResult, LoginRefusal>>> tasks;
  for (int i = 0; i < 20; ++i) {
    const std::string email = i % 2 == 0 ? "ada@example.com" : "bob@example.com";
    tasks.push_back(login_.login(login_request(email, "correct horse")));
  }
  (void)run_all(std::move(tasks));
  static constexpr database::Statement find{
      "test_audited_sessions",
      "SELECT count(*) FROM sessions s JOIN audit_events e ON e.session_id = s.id AND e.user_id = s.user_id"};
  EXPECT_EQ(select(find)[0].integer(0), 20);
  EXPECT_EQ(events().size(), 22u);
}

// Without its event no change succeeds, and without the change there is no event.
TEST_P(AuditedFlowsTest, TrailThatCannotBeWritten_RefusesTheChange) {
  const auto user = create("ada@example.com", "correct horse");
  const auto session = login("ada@example.com", "correct horse").value().session;
  run_script("ALTER TABLE audit_events ADD CONSTRAINT full_up CHECK (id < 0) NOT VALID",
             "CREATE TRIGGER full_up BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full up'); END");
  const auto fails = [](auto&& call) {
    try {
      call();
      return false;
    } catch (const std::exception&) {
      return true;
    }
  };
  EXPECT_TRUE(fails([&] { (void)login("ada@example.com", "correct horse"); }));
  EXPECT_TRUE(fails([&] { (void)login("ada@example.com", "wrong"); }));
  EXPECT_TRUE(fails([&] { create("bob@example.com", "correct horse"); }));
  EXPECT_TRUE(fails([&] { run(ends_.log_out(session, origin_)); }));
  EXPECT_TRUE(fails([&] { (void)run(accounts_.remove(user.id, origin_)); }));
  EXPECT_EQ(run(sessions_.list(user.id)).size(), 1u);
  EXPECT_TRUE(run(sessions_.verify(session)));
  EXPECT_EQ(run(users::UserStore{*database_}.page(std::nullopt, 10)).size(), 1u);
}

}  // namespace
}  // namespace gatehouse::flows
