#include "flows/login/login_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"
#include "unit/flows/letters/own_letters.hpp"

namespace gatehouse::flows {
namespace {

using database::Rows;

constexpr passwords::CostParameters cheap{.argon2id = {.memory_kib = 8, .passes = 1}, .pbkdf2 = {.iterations = 1}};

/// One user; the test says which of the guarded inserts finds the password unchanged.
class LoginFlowTest : public ::testing::Test {
 protected:
  static std::vector<SecretString> secrets() {
    std::vector<SecretString> made;
    made.emplace_back("0123456789abcdef0123456789abcdef");
    return made;
  }

  static tokens::TokenSettings token_settings() {
    tokens::TokenSettings settings;
    settings.secrets = secrets();
    return settings;
  }

  Rows answer(std::string_view statement) {
    if (statement == "users_find_credentials") {
      Rows rows{6};
      if (!is_known_) return rows;
      rows.add_integer(10);
      rows.add_text(hash_);
      rows.add_null();
      rows.add_null();
      rows.add_null();
      rows.add_integer(0);
      return rows;
    }
    if (statement == "guards_take_place") {
      Rows rows{2};
      rows.add_integer(period_);
      rows.add_integer(failures_);
      return rows;
    }
    Rows rows{1};
    if (statement == "guards_fail") rows.add_integer(failures_ + failures_beside_ + 1);
    if (statement == "sessions_insert" && ++inserts_ > refused_inserts_) rows.add_integer(77);
    return rows;
  }

  std::expected<LoginResult, LoginError> login(std::string_view password) {
    LoginRequest request{.attempt = {.email = "ada@example.com",
                                     .password = SecretString{password},
                                     .traces = {},
                                     .origin = {},
                                     .client_gone = {}},
                         .client = {},
                         .asker = {}};
    auto result = testing::run_task(io_, flow_.login(std::move(request)));
    if (!result) return std::unexpected(result.error().reason);
    return *std::move(result);
  }

  bool is_known_ = true;
  std::int64_t failures_ = 0;
  std::int64_t failures_beside_ = 0;  ///< by others, while the password is checked
  int inserts_ = 0;
  int refused_inserts_ = 0;

  boost::asio::io_context io_{1};
  testing::ManualClock clock_;
  const std::int64_t period_ = clock_.now().time_since_epoch() / lockout::GuardStore::period;
  crypto::SystemRandom random_;
  // One job that is held up makes the pool predict as long a wait for the next; with an hour, none is refused.
  runtime::WorkerPool pool_{{.name = "hashing", .wait_max = std::chrono::hours{1}}};
  passwords::PasswordService passwords_{pool_, passwords::PasswordSettings{}, random_, cheap};
  std::string hash_ = testing::run_task(io_, passwords_.hash(SecretString{"correct horse"}));
  testing::ScriptedDatabase database_{
      [this](std::string_view statement, const database::Parameters&) { return answer(statement); }};
  SystemBootClock boot_clock_;
  sessions::SessionCache cache_{0, boot_clock_};
  const sessions::SessionSealer sealer_{secrets()};
  sessions::SessionService sessions_{database_, cache_, sealer_, clock_, random_, sessions::SessionSettings{}};
  const tokens::TokenIssuer issuer_{token_settings(), random_};
  const lockout::AccountKeys accounts_{secrets()};
  const devices::DeviceSealer devices_{secrets()};
  audit::Tally tally_;
  OwnLetters mails_{database_, clock_, random_, true};
  FlowCounts counts_;
  PasswordCheck check_{{.database = database_,
                        .passwords = passwords_,
                        .tally = tally_,
                        .counts = counts_,
                        .letters = mails_.letters,
                        .clock = clock_,
                        .settings = {},
                        .wait_max = std::chrono::hours{1}},
                       {.accounts = accounts_, .devices = devices_}};
  const sessions::RefreshSealer refreshes_{secrets()};
  const TokenPairs pairs_{issuer_, refreshes_, counts_, clock_, random_};
  SessionOpening opening_{sessions_, pairs_, issuer_, counts_, clock_};
  LoginFlow flow_{{.database = database_,
                   .passwords = check_,
                   .opening = opening_,
                   .counts = counts_,
                   .letters = mails_.letters,
                   .requires_verified_email = false,
                   .clock = clock_,
                   .random = random_},
                  devices_};
};

TEST_F(LoginFlowTest, GoodLogin_LocksTheRowBeforeTheSessionIsInserted) {
  const auto result = login("correct horse");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->user, UserId{10});
  EXPECT_EQ(sealer_.open(result->session)->id, SessionId{77});
  EXPECT_EQ(database_.statements,
            (std::vector<std::string>{"users_find_credentials", "guards_take_place", "users_lock", "sessions_insert",
                                      "audit_record_of_new_session", "guards_succeed"}));
}

TEST_F(LoginFlowTest, WrongPassword_IsCountedAndOpensNothing) {
  EXPECT_EQ(login("wrong").error(), LoginError::wrong_password);
  EXPECT_EQ(database_.statements,
            (std::vector<std::string>{"users_find_credentials", "guards_take_place", "guards_fail", "audit_record"}));
}

TEST_F(LoginFlowTest, HundredthWrongPassword_IsClosedInTheWriteThatCountsIt) {
  failures_ = 99;
  EXPECT_FALSE(login("wrong"));
  EXPECT_EQ(database_.statements,
            (std::vector<std::string>{"users_find_credentials", "guards_take_place", "users_find_contact",
                                      "guards_fail", "audit_record", "mails_insert_for_user", "audit_record"}));
  EXPECT_EQ(database_.writes, 2);
}

TEST_F(LoginFlowTest, TenthWrongPasswordBesideOthers_IsToldBehindTheCount) {
  failures_ = 8;
  failures_beside_ = 1;
  EXPECT_FALSE(login("wrong"));
  EXPECT_EQ(std::ranges::count(database_.statements, "mails_insert_for_user"), 1);
  EXPECT_EQ(database_.writes, 3);
}

TEST_F(LoginFlowTest, TenthWrongPassword_MakesTheSameStatementsForNobody) {
  failures_ = 9;
  EXPECT_EQ(login("wrong").error(), LoginError::wrong_password);
  const auto of_a_user = std::exchange(database_.statements, {});
  is_known_ = false;
  EXPECT_EQ(login("wrong").error(), LoginError::unknown_user);
  EXPECT_EQ(database_.statements, of_a_user);
  EXPECT_EQ(std::ranges::count(of_a_user, "mails_insert_for_user"), 1);
}

TEST_F(LoginFlowTest, HashReplacedMeanwhile_IsCheckedAgain) {
  refused_inserts_ = 1;
  EXPECT_TRUE(login("correct horse"));
  EXPECT_EQ(std::ranges::count(database_.statements, "users_find_credentials"), 2);
  EXPECT_EQ(std::ranges::count(database_.statements, "guards_give_back"), 1);
}

TEST_F(LoginFlowTest, HashReplacedAgainAndAgain_EndsAsWrongPassword) {
  refused_inserts_ = 1'000'000;
  EXPECT_EQ(login("correct horse").error(), LoginError::wrong_password);
  EXPECT_EQ(inserts_, 3);
}

}  // namespace
}  // namespace gatehouse::flows
