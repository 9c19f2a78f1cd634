#include "database/changes.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <concepts>
#include <type_traits>

#include "base/ids.hpp"
#include "support/recording_observer.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::database {
namespace {

using Heard = std::vector<std::string>;

constexpr Topic<SessionId> session_topic{"session"};
constexpr Write end_session{"end_session", "DELETE FROM sessions WHERE id = $1", session_topic};
constexpr Write touch{"touch", "UPDATE users SET seen = $1", announces_nothing};
constexpr Constraint email_is_unique{Violation::Kind::unique, {"users_email_unique"}};

// None of this can be forgotten, because the code does not compile without it.
static_assert(!std::constructible_from<Write<SessionId>, std::string_view, std::string_view>,
              "a write says what it announces");
static_assert(!std::constructible_from<Write<void>, std::string_view, std::string_view>, "or that it is nothing");
static_assert(!std::constructible_from<Change<void>, const Write<SessionId>&, Parameters>,
              "a write with a topic needs to know whose change it is");
static_assert(std::constructible_from<Change<void>, const Write<SessionId>&, SessionId, Parameters>);
static_assert(!std::constructible_from<Change<void>, const Write<SessionId>&, UserId, Parameters>,
              "and the id is of the topic's type");
static_assert(!std::constructible_from<Change<std::int64_t>, const Write<void>&, Parameters>,
              "a result needs to be read somehow");
static_assert(!std::convertible_to<const Write<void>&, const Statement&>, "a write is no query");
static_assert(!std::copy_constructible<Changes>, "nothing is committed twice");
static_assert(std::is_trivially_destructible_v<ResultOf<std::string>>,
              "compilers warn of an unused variable only where its destructor does nothing");
template <class Port>
concept TakesPlainWrites =
    requires(Port& port, const Statement& statement, Parameters parameters) { port.execute(statement, parameters); } ||
    requires(Port& port, std::vector<Command> commands) { port.batch(commands); } ||
    requires(Port& port, std::vector<Command> commands, std::vector<Announcement> announcements) {
      port.write(commands, announcements);
    };
static_assert(!TakesPlainWrites<Database>, "no write goes around commit()");

Change<std::int64_t> ending(std::int64_t id) { return {end_session, SessionId{id}, {id}, affected_rows}; }
Change<std::int64_t> touching() { return {touch, {std::int64_t{1}}, affected_rows}; }

/// The first command touches one row, the second two, and so on.
class ChangesTest : public ::testing::Test {
 protected:
  ChangesTest() { database_.observers.add(observer_); }

  Rows answer() {
    heard_before_ = observer_.heard;
    if (failure_) throw *failure_;
    if (violation_) throw ConstraintViolation{*violation_};
    Rows rows;
    rows.set_affected(++commands_);
    return rows;
  }

  int commands_ = 0;
  std::optional<Unavailable> failure_;
  std::optional<Violation> violation_;
  Heard heard_before_;  ///< what the observer had been told when the write began

  boost::asio::io_context io_{1};
  testing::RecordingObserver observer_;
  testing::ScriptedDatabase database_{[this](std::string_view, const Parameters&) { return answer(); }};
};

TEST_F(ChangesTest, Results_BelongToTheirChanges) {
  Changes changes;
  const auto first = changes.add(touching());
  changes.add(Change<void>{touch, {std::int64_t{1}}});
  const auto third = changes.add(ending(7));
  const auto committed = testing::run_task(io_, database_.commit(std::move(changes)));
  EXPECT_EQ(committed.result(third), 3);
  EXPECT_EQ(committed.result(first), 1);
  EXPECT_EQ(database_.statements, (Heard{"touch", "touch", "end_session"}));
}

TEST_F(ChangesTest, Announcements_ComeWithTheChangesAndOnce) {
  Changes changes;
  const auto one = changes.add(ending(7));
  const auto two = changes.add(ending(8));
  const auto again = changes.add(ending(7));
  changes.announce({.topic = "user", .id = 1});
  const auto committed = testing::run_task(io_, database_.commit(std::move(changes)));
  EXPECT_EQ(committed.result(one) + committed.result(two) + committed.result(again), 6);
  EXPECT_EQ(database_.announcements, (Heard{"session:7", "session:8", "user:1"}));
}

TEST_F(ChangesTest, Observers_AreToldBeforeAndAfterTheWrite) {
  EXPECT_EQ(testing::run_task(io_, database_.commit(ending(7))), 1);
  EXPECT_EQ(heard_before_, Heard{"session:7"});
  EXPECT_EQ(observer_.heard, (Heard{"session:7", "session:7"}));
}

TEST_F(ChangesTest, WriteThatFails_IsToldBeforeAndAfterAllTheSame) {
  failure_.emplace(Unavailable::Reason::connection, "nobody knows whether it was committed");
  EXPECT_THROW((void)testing::run_task(io_, database_.commit(ending(7))), Unavailable);
  EXPECT_EQ(heard_before_, Heard{"session:7"});
  EXPECT_EQ(observer_.heard, (Heard{"session:7", "session:7"}));
  EXPECT_TRUE(database_.announcements.empty());
}

TEST_F(ChangesTest, NothingToAnnounce_TellsNobody) {
  EXPECT_EQ(testing::run_task(io_, database_.commit(touching())), 1);
  EXPECT_TRUE(observer_.heard.empty());
}

TEST_F(ChangesTest, ConstraintThatWasNamed_IsAValueAndToldAllTheSame) {
  violation_ = Violation{.kind = Violation::Kind::unique, .constraint = "users_email_unique"};
  Changes changes;
  const auto ended = changes.add(ending(7));
  const auto committed = testing::run_task(io_, database_.commit_unless(std::move(changes), email_is_unique));
  ASSERT_FALSE(committed) << committed->result(ended);
  EXPECT_EQ(committed.error().constraint, "users_email_unique");
  EXPECT_EQ(observer_.heard, (Heard{"session:7", "session:7"}));
}

TEST_F(ChangesTest, OneOfTheConstraintsThatWereNamed_SaysWhich) {
  static constexpr Constraint name_is_unique{Violation::Kind::unique, {"users_name_unique"}};
  violation_ = Violation{.kind = Violation::Kind::unique, .constraint = "users_name_unique"};
  Changes changes;
  changes.add(Change<void>{touch, {std::int64_t{1}}});
  const auto committed =
      testing::run_task(io_, database_.commit_unless(std::move(changes), email_is_unique, name_is_unique));
  ASSERT_FALSE(committed);
  EXPECT_TRUE(name_is_unique.is_violated_by(committed.error()));
  EXPECT_FALSE(email_is_unique.is_violated_by(committed.error()));
}

TEST_F(ChangesTest, AnyOtherConstraint_IsThrownWithItsName) {
  violation_ = Violation{.kind = Violation::Kind::unique,
                         .constraint = "users_pkey",
                         .state = "23505",
                         .message = "duplicate key",
                         .statement = "users_insert"};
  for (const bool email_is_named : {true, false}) {
    Changes changes;
    changes.add(Change<void>{touch, {std::int64_t{1}}});
    try {
      if (email_is_named) {
        (void)testing::run_task(io_, database_.commit_unless(std::move(changes), email_is_unique));
      } else {
        (void)testing::run_task(io_, database_.commit(std::move(changes)));
      }
      FAIL() << "it was taken for an answer";
    } catch (const ConstraintViolation& violated) {
      EXPECT_STREQ(violated.what(), "users_insert: 23505, constraint users_pkey: duplicate key");
    }
  }
}

}  // namespace
}  // namespace gatehouse::database
