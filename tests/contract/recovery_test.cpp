#include <gmock/gmock.h>

#include "contract/recovery_fixture.hpp"

namespace gatehouse::flows {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// How users get back in, and how they show who they are.
class RecoveryTest : public testing::RecoveryFixture {
 protected:
  const users::User ada_ = create("ada@example.com", right);

  RecoveryTest() { forget_mails(); }

  std::string log_ada_in(std::string_view password = right) {
    return login("ada@example.com", password).value().session;
  }

  template <class Result>
  static std::ptrdiff_t successes(const std::vector<Result>& results) {
    return std::ranges::count_if(results, [](const Result& result) { return result.has_value(); });
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, RecoveryTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(RecoveryTest, ForgottenPassword_IsResetOnceAndEndsWhatRestedOnIt) {
  const std::string session = log_ada_in();
  EXPECT_TRUE(is_active(session));
  forget_password("ADA@example.com");
  EXPECT_EQ(last_event(), "password.reset_requested ok ");
  const std::string first = token_of("reset-password");
  forget_password("ada@example.com");
  const std::string second = token_of("reset-password");
  forget_mails();

  EXPECT_TRUE(resets(second, next));
  EXPECT_EQ(last_event(), "password.reset ok ");
  EXPECT_THAT(sent(), ElementsAre("password-changed to ada@example.com"));
  EXPECT_FALSE(is_active(session));
  EXPECT_FALSE(login("ada@example.com", right));
  EXPECT_TRUE(login("ada@example.com", next));
  EXPECT_TRUE(contact(ada_.id).is_verified) << "the mail came to the address";
  EXPECT_FALSE(resets(second, right)) << "it was used";
  EXPECT_FALSE(resets(first, right)) << "it was void with the reset";
}

TEST_P(RecoveryTest, PasswordAgainstTheRules_LeavesTheTokenGood) {
  forget_password("ada@example.com");
  const std::string token = token_of("reset-password");
  const auto refused = run(capabilities_.password_reset.reset(reset_with(token, "lovelace1815")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<FieldErrors>(refused.error()).at(0).code, "personal");
  EXPECT_TRUE(resets(token, next));
}

TEST_P(RecoveryTest, ResetOfAnEmailThatNobodyHas_IsOnRecordAndNothingElse) {
  forget_password("nobody@example.com");
  EXPECT_EQ(last_event(), "password.reset_requested refused unknown_user");
  EXPECT_TRUE(run(accounts_.disable(ada_.id, origin_)));
  forget_password("ada@example.com");
  EXPECT_EQ(last_event(), "password.reset_requested refused disabled");
  EXPECT_THAT(mails(), IsEmpty());
}

TEST_P(RecoveryTest, FourthMailInARow_IsNotSent) {
  for (int i = 0; i < 4; ++i) forget_password("ada@example.com");
  EXPECT_THAT(mails(), ::testing::SizeIs(3));
  EXPECT_EQ(last_event(), "password.reset_requested refused too_many_mails");
  create("eve@example.com", right);
  forget_mails();
  forget_password("eve@example.com");
  EXPECT_THAT(sent(), ElementsAre("reset-password to eve@example.com"));
}

TEST_P(RecoveryTest, ResetTokenOfAnotherTime_IsRefused) {
  forget_password("ada@example.com");
  const std::string late = token_of("reset-password");
  clock_.advance(std::chrono::minutes{10});
  EXPECT_FALSE(resets(late, next));
  EXPECT_FALSE(resets("gtr_garbage", next));
  EXPECT_FALSE(verifies(late));
  EXPECT_TRUE(login("ada@example.com", right));
}

TEST_P(RecoveryTest, TokensOfAUserWhoIsDisabledOrChanged_AreVoid) {
  const auto voided_by = [this](const std::function<void()>& change) {
    forget_password("ada@example.com");
    const std::string token = token_of("reset-password");
    change();
    EXPECT_FALSE(resets(token, "another password"));
  };
  voided_by([this] {
    EXPECT_TRUE(run(accounts_.disable(ada_.id, origin_)));
    EXPECT_TRUE(run(accounts_.enable(ada_.id, origin_)));
  });
  voided_by([this] {
    users::UserChanges changes;
    changes.email = "ada@example.org";
    EXPECT_TRUE(run(accounts_.update(ada_.id, std::move(changes), origin_)));
    changes = {};
    changes.email = "ada@example.com";
    EXPECT_TRUE(run(accounts_.update(ada_.id, std::move(changes), origin_)));
  });
  voided_by([this] {
    users::UserChanges changes;
    changes.password = SecretString{next};
    EXPECT_TRUE(run(accounts_.update(ada_.id, std::move(changes), origin_)));
  });
}

// On PostgreSQL, the change once did not see such a token, which it had to void.
TEST_P(RecoveryTest, TokenRequestedBesideAChange_DoesNotOutliveIt) {
  for (int i = 0; i < 20; ++i) {
    const bool is_disabling = i % 2 == 0;
    std::vector<Task<bool>> tasks;
    tasks.push_back([](PasswordResetFlow& resets, Asker asker) -> Task<bool> {
      std::string email = "ada@example.com";
      co_await resets.request(std::move(email), std::move(asker));
      co_return true;
    }(capabilities_.password_reset, asker()));
    tasks.push_back([](AccountFlow& accounts, UserId id, audit::Origin origin, bool disables) -> Task<bool> {
      audit::Origin again = origin;
      const auto disabled = co_await accounts.disable(id, std::move(origin));
      if (disables) co_return disabled.has_value();
      const auto enabled = co_await accounts.enable(id, std::move(again));
      co_return enabled.has_value();
    }(accounts_, ada_.id, origin_, is_disabling));
    (void)run_all(std::move(tasks));
    const bool was_reset = resets(token_of("reset-password"), "another password " + std::to_string(i));
    EXPECT_FALSE(is_disabling && was_reset);
    EXPECT_TRUE(run(accounts_.enable(ada_.id, origin_)));
    forget_mails();
  }
}

// Anybody who knew an address could once use up the mails that its owner needed to get back in.
TEST_P(RecoveryTest, AddressWantedByStrangers_CanStillBeReset) {
  for (const std::string name : {"eve", "mallory"}) {
    create(name + "@example.com", right);
    const std::string session = login(name + "@example.com", right).value().session;
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(ask_for_email(session, "ada@example.com"));
  }
  for (int i = 0; i < 5; ++i) run(capabilities_.email_verification.request("ada@example.com", asker()));
  EXPECT_EQ(std::ranges::count(sent(), "change-email to ada@example.com"), 3) << "nor is it flooded";
  forget_mails();
  forget_password("ada@example.com");
  EXPECT_THAT(sent(), ElementsAre("reset-password to ada@example.com"));
}

TEST_P(RecoveryTest, UnverifiedAddress_IsSentNoTextOfAStrangersChoice) {
  Traces traces;
  traces.device_token = "new";
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(login("ada@example.com", right, traces));
  EXPECT_THAT(mails(), ::testing::SizeIs(3));
  forget_password("ada@example.com");
  for (const auto& mail : mails()) {
    EXPECT_FALSE(mail.variables.contains("user_agent"));
    const auto name = mail.variables.find("first_name");
    EXPECT_TRUE(name == mail.variables.end() || name->second.empty());
  }
}

TEST_P(RecoveryTest, EmailWithBlanksAroundIt_GetsMailsAllTheSame) {
  run_script("UPDATE users SET email = ' ada@example.com '");
  forget_password("ada@example.com");
  EXPECT_THAT(sent(), ElementsAre("reset-password to ada@example.com"));
}

TEST_P(RecoveryTest, ThousandRedemptionsOfOneToken_HaveOneWinner) {
  forget_password("ada@example.com");
  std::vector<Task<std::expected<void, std::variant<TokenRefusal, FieldErrors>>>> resets;
  for (int i = 0; i < 1000; ++i) {
    resets.push_back(capabilities_.password_reset.reset(
        reset_with(token_of("reset-password"), "a password of attempt " + std::to_string(i))));
  }
  EXPECT_EQ(successes(run_all(std::move(resets))), 1);

  run(capabilities_.email_verification.request("bob@example.com", asker()));
  create("bob@example.com", right);
  std::vector<Task<std::expected<UserId, TokenRefusal>>> verifications;
  for (int i = 0; i < 1000; ++i) {
    verifications.push_back(capabilities_.email_verification.verify(token_of("verify-email"), origin_));
  }
  EXPECT_EQ(successes(run_all(std::move(verifications))), 1);

  const std::string session = login("bob@example.com", right).value().session;
  ASSERT_TRUE(ask_for_email(session, "bob@example.org"));
  std::vector<Task<std::expected<UserId, std::variant<TokenRefusal, EmailTaken>>>> confirmations;
  for (int i = 0; i < 1000; ++i) {
    confirmations.push_back(capabilities_.email_change.confirm(token_of("change-email"), asker()));
  }
  EXPECT_EQ(successes(run_all(std::move(confirmations))), 1);
}

TEST_P(RecoveryTest, ResetForgetsAllWrongPasswords) {
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(login("ada@example.com", "wrong"));
  EXPECT_FALSE(login("ada@example.com", right)) << "blocked";
  forget_password("ada@example.com");
  EXPECT_TRUE(resets(token_of("reset-password"), next));
  EXPECT_TRUE(login("ada@example.com", next));
}

TEST_P(RecoveryTest, ChangedPassword_OpensOneSessionAndEndsAllOthers) {
  const std::string one = log_ada_in();
  const std::string other = log_ada_in();
  forget_password("ada@example.com");
  const std::string token = token_of("reset-password");
  forget_mails();
  const auto changed = change_password(one, right, next);
  ASSERT_TRUE(changed);
  EXPECT_TRUE(is_active(changed->session));
  EXPECT_FALSE(is_active(one));
  EXPECT_FALSE(is_active(other));
  EXPECT_EQ(last_event(), "password.changed ok ");
  EXPECT_THAT(sent(), ElementsAre("password-changed to ada@example.com"));
  EXPECT_FALSE(resets(token, right));
  EXPECT_FALSE(login("ada@example.com", right));
  EXPECT_TRUE(login("ada@example.com", next));
}

TEST_P(RecoveryTest, ChangeThatIsRefused_ChangesNothing) {
  const std::string session = log_ada_in();
  EXPECT_EQ(std::get<PasswordError>(change_password(session, "wrong", next).error()), PasswordError::wrong_password);
  const auto weak = change_password(session, right, "football").error();
  EXPECT_EQ(std::get<FieldErrors>(weak).at(0).field, "newPassword");
  EXPECT_EQ(std::get<FieldErrors>(change_password(session, right, right).error()).at(0).code, "unchanged");
  EXPECT_EQ(std::get<sessions::SessionError>(change_password("none", right, next).error()),
            sessions::SessionError::invalid);
  EXPECT_TRUE(is_active(session));
  EXPECT_TRUE(login("ada@example.com", right));
}

TEST_P(RecoveryTest, RightPasswordThatChangesNothing_LeavesATrace) {
  const std::string session = log_ada_in();
  EXPECT_FALSE(change_password(session, right, "football"));
  const auto newest = run(audit::AuditStore{*database_}.page({}, std::nullopt, 1)).events.at(0);
  EXPECT_EQ(newest.type + " " + newest.outcome + " " + newest.reason.value(),
            "login.failed refused new_password_refused");
  EXPECT_EQ(newest.user, ada_.id);
}

TEST_P(RecoveryTest, WrongCurrentPasswords_CountAsThoseOfLogins) {
  const std::string session = log_ada_in();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(change_password(session, "wrong", next));
  EXPECT_FALSE(change_password(session, right, next)) << "blocked";
  EXPECT_FALSE(login("ada@example.com", right)) << "blocked, too";
}

TEST_P(RecoveryTest, ChangesAtOnce_HaveOneWinnerWhoseSessionLives) {
  std::vector<Task<std::expected<LoginResult, PasswordChangeFlow::Refusal>>> changes;
  for (int i = 0; i < 20; ++i) {
    changes.push_back(
        capabilities_.password_change.change(change_with(log_ada_in(), right, "password no " + std::to_string(i))));
  }
  const auto results = run_all(std::move(changes));
  ASSERT_EQ(successes(results), 1);
  EXPECT_EQ(login("ada@example.com", right).error(), LoginError::wrong_password);
  const auto winner = std::ranges::find_if(results, [](const auto& result) { return result.has_value(); });
  EXPECT_TRUE(is_active((*winner)->session));
}

TEST_P(RecoveryTest, NewUser_IsAskedToVerifyTheEmail) {
  const auto bob = create("bob@example.com", right);
  EXPECT_THAT(sent(), ElementsAre("verify-email to bob@example.com"));
  EXPECT_FALSE(contact(bob.id).is_verified);
  EXPECT_TRUE(verifies(token_of("verify-email")));
  EXPECT_TRUE(contact(bob.id).is_verified);
  EXPECT_EQ(last_event(), "email.verified ok ");
  forget_mails();
  run(capabilities_.email_verification.request("bob@example.com", asker()));
  EXPECT_EQ(last_event(), "email.verification_sent refused already_verified");
  run(capabilities_.email_verification.request("ada@example.com", asker()));
  EXPECT_THAT(sent(), ElementsAre("verify-email to ada@example.com"));
}

TEST_P(RecoveryTest, EmailTakenByNobody_MovesWithItsConfirmation) {
  const std::string session = log_ada_in();
  forget_password("ada@example.com");
  ASSERT_TRUE(ask_for_email(session, "ada@example.org"));
  EXPECT_EQ(last_event(), "email.change_requested ok ");
  EXPECT_EQ(contact(ada_.id).email, "ada@example.com");
  const std::string reset = token_of("reset-password");
  const std::string token = token_of("change-email");
  EXPECT_THAT(sent(), UnorderedElementsAre("reset-password to ada@example.com", "change-email to ada@example.org"));
  forget_mails();
  EXPECT_EQ(confirm(token), ada_.id);
  EXPECT_EQ(contact(ada_.id).email, "ada@example.org");
  EXPECT_TRUE(contact(ada_.id).is_verified);
  EXPECT_EQ(last_event(), "email.changed ok ");
  EXPECT_THAT(sent(), ElementsAre("email-changed to ada@example.com"));
  EXPECT_FALSE(resets(reset, next)) << "it was sent to the old address";
  EXPECT_FALSE(confirm(token));
  EXPECT_TRUE(is_active(session));
}

TEST_P(RecoveryTest, EmailOfSomebodyElse_IsToldToThemAlone) {
  create("bob@example.com", right);
  forget_mails();
  EXPECT_TRUE(ask_for_email(log_ada_in(), "Bob@Example.com"));
  EXPECT_THAT(sent(), ElementsAre("change-email to bob@example.com"));
  EXPECT_EQ(token_of("change-email"), "");
}

TEST_P(RecoveryTest, EmailTakenMeanwhile_IsAConflictAndTheTokenStaysGood) {
  ASSERT_TRUE(ask_for_email(log_ada_in(), "bob@example.com"));
  const std::string token = token_of("change-email");
  const auto bob = create("bob@example.com", right);
  EXPECT_TRUE(std::holds_alternative<EmailTaken>(confirm(token).error()));
  EXPECT_TRUE(run(accounts_.remove(bob.id, origin_)));
  EXPECT_TRUE(confirm(token));
}

TEST_P(RecoveryTest, EmailChangeWithAWrongPasswordOrAddress_SendsNothing) {
  const std::string session = log_ada_in();
  EXPECT_EQ(std::get<PasswordError>(ask_for_email(session, "ada@example.org", "wrong").error()),
            PasswordError::wrong_password);
  EXPECT_EQ(std::get<FieldErrors>(ask_for_email(session, "not an address").error()).at(0).field, "email");
  EXPECT_THAT(mails(), IsEmpty());
}

TEST_P(RecoveryTest, GuessesFromElsewhere_AreToldOnceADay) {
  int failures = 0;
  const auto fail_until = [&](int total) {
    while (failures < total) {
      EXPECT_FALSE(login("ada@example.com", "wrong"));
      clock_.advance(std::chrono::minutes{16});
      ++failures;
    }
  };
  fail_until(9);
  EXPECT_THAT(mails(), IsEmpty());
  fail_until(10);
  ASSERT_THAT(sent(), ElementsAre("password-guessing to ada@example.com"));
  EXPECT_EQ(mails()[0].variables.at("failures"), "10");
  fail_until(100);
  EXPECT_EQ(last_event(), "password.locked ok ");
  EXPECT_EQ(mails().back().variables.at("failures"), "100");
  EXPECT_THAT(mails(), ::testing::SizeIs(2));
}

TEST_P(RecoveryTest, NewDevice_IsToldToItsOwner) {
  Traces traces;
  traces.device_token = "new";
  ASSERT_TRUE(login("ada@example.com", right, traces).value().device_token);
  ASSERT_THAT(sent(), ElementsAre("new-device to ada@example.com"));
}

class StrictLoginTest : public testing::RecoveryFixture {
 protected:
  StrictLoginTest() : RecoveryFixture(settings()) {}

  static service::Settings settings() {
    service::Settings settings = testing::settings_with_mail();
    settings.users.require_verified_email = true;
    return settings;
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, StrictLoginTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(StrictLoginTest, UnverifiedUser_GetsALinkInsteadOfASession) {
  create("ada@example.com", right);
  forget_mails();
  EXPECT_EQ(login("ada@example.com", "wrong").error(), LoginError::wrong_password);
  EXPECT_EQ(login("ada@example.com", right).error(), LoginError::email_not_verified);
  EXPECT_THAT(sent(), ElementsAre("verify-email to ada@example.com"));
  EXPECT_TRUE(verifies(token_of("verify-email")));
  EXPECT_TRUE(login("ada@example.com", right));
}

// A session from before the setting was once a way around it.
TEST_P(StrictLoginTest, UnverifiedUserWithASession_CannotChangeThePassword) {
  const auto ada = create("ada@example.com", right);
  EXPECT_TRUE(verifies(token_of("verify-email")));
  const std::string session = login("ada@example.com", right).value().session;
  run_script("UPDATE users SET email_verified_at = NULL");
  EXPECT_TRUE(std::holds_alternative<EmailNotVerified>(change_password(session, right, next).error()));
  EXPECT_EQ(run(audit::AuditStore{*database_}.page({}, std::nullopt, 1)).events.at(0).reason, "email_not_verified");
  EXPECT_TRUE(ask_for_email(session, "ada@example.org")) << "the address may be a mistake";
}

TEST_P(StrictLoginTest, PasswordThatMustChange_IsChangedWithTheTokenInTheAnswer) {
  const auto ada = create("ada@example.com", right);
  EXPECT_TRUE(verifies(token_of("verify-email")));
  run_script("UPDATE users SET must_change_password = true, email_verified_at = created_at");
  auto refused = run(login_.login(login_request("ada@example.com", right)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, LoginError::password_change_required);
  run_script("UPDATE users SET email_verified_at = NULL");
  const std::string token{refused.error().reset_token.reveal()};
  EXPECT_FALSE(resets(token, right)) << "it is the one that must change";
  EXPECT_TRUE(resets(token, next));
  EXPECT_FALSE(contact(ada.id).is_verified) << "no mail brought that token";
  EXPECT_EQ(login("ada@example.com", next).error(), LoginError::email_not_verified);
}

TEST_P(StrictLoginTest, PasswordReplacedWhileItIsFoundRight_GivesNoToken) {
  const auto ada = create("ada@example.com", right);
  run_script("UPDATE users SET must_change_password = true, email_verified_at = created_at");
  std::vector<Task<std::expected<LoginResult, LoginRefusal>>> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(login_.login(login_request("ada@example.com", right)));
  tasks.push_back(
      [](AccountFlow& accounts, UserId id, audit::Origin origin) -> Task<std::expected<LoginResult, LoginRefusal>> {
        users::UserChanges changes;
        changes.password = SecretString{next};
        (void)co_await accounts.update(id, std::move(changes), std::move(origin));
        co_return std::unexpected(LoginRefusal{LoginError::wrong_password});
      }(accounts_, ada.id, origin_));
  for (auto& result : run_all(std::move(tasks))) {
    if (result || result.error().reset_token.empty()) continue;
    EXPECT_FALSE(resets(std::string{result.error().reset_token.reveal()}, "attacker's choice"));
  }
  EXPECT_TRUE(login("ada@example.com", next));
}

}  // namespace
}  // namespace gatehouse::flows
