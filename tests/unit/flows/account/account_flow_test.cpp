#include "flows/account/account_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <utility>

#include "database/errors.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"
#include "unit/flows/letters/own_letters.hpp"

namespace gatehouse::flows {
namespace {

using database::Rows;

/// One user, whose email changes each time after it was read, as often as the test says.
class AccountFlowTest : public ::testing::Test {
 protected:
  Rows answer(std::string_view statement) {
    if (statement == "users_require_email" && changes_ > 0) {
      --changes_;
      email_ = "ada@example.org";
      throw database::ConstraintViolation{
          {.kind = database::Violation::Kind::check, .constraint = "refusals_version_is_the_given_one"}};
    }
    Rows rows{8};
    if (statement != "users_find" && statement != "users_update") return rows;
    rows.add_integer(10);
    for (const std::string& text : {std::string{"Ada"}, std::string{"Lovelace"}, email_}) rows.add_text(text);
    for (int time = 0; time < 2; ++time) rows.add_integer(0);
    rows.add_null();
    rows.add_integer(1);
    return rows;
  }

  auto write_back_the_email() {
    users::UserChanges wanted{.first_name = "Augusta", .last_name = {}, .email = "ada@example.com", .password = {}};
    return testing::run_task(io_, accounts_.update(UserId{10}, std::move(wanted), {}));
  }

  int changes_ = 0;
  std::string email_ = "ada@example.com";

  boost::asio::io_context io_{1};
  testing::ManualClock clock_;
  crypto::SystemRandom random_;
  runtime::WorkerPool pool_{{.name = "hashing", .wait_max = std::chrono::hours{1}}};
  passwords::PasswordService passwords_{pool_, passwords::PasswordSettings{}, random_};
  testing::ScriptedDatabase database_{
      [this](std::string_view statement, const database::Parameters&) { return answer(statement); }};
  OwnLetters mails_{database_, clock_, random_, true};
  AccountFlow accounts_{database_, passwords_, mails_.letters, clock_};
};

TEST_F(AccountFlowTest, EmailThatStays_VoidsNoLink) {
  EXPECT_TRUE(write_back_the_email());
  EXPECT_EQ(std::ranges::count(database_.statements, "one_time_tokens_drop_open"), 0);
}

// Links sent to the email in between once stayed open, and that address was not notified.
TEST_F(AccountFlowTest, EmailThatChangedMeanwhile_CountsAsAnother) {
  changes_ = 1;
  EXPECT_TRUE(write_back_the_email());
  EXPECT_EQ(std::ranges::count(database_.statements, "one_time_tokens_drop_open"), 1);
  EXPECT_EQ(std::ranges::count(database_.statements, "mails_insert_for_user"), 1);
}

TEST_F(AccountFlowTest, EmailThatChangesAgainAndAgain_IsNoFactAboutTheUser) {
  changes_ = 1'000'000;
  EXPECT_THROW((void)write_back_the_email(), database::Unavailable);
}

}  // namespace
}  // namespace gatehouse::flows
