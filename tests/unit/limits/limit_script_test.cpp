#include "limits/limit_script.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "limits/shared_keys.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using redis::Reply;

constexpr std::int64_t now_us = 1'800'000'000'000'000;

Reply number(std::int64_t value) { return {.kind = Reply::Kind::integer, .integer = value}; }

Reply answer(std::vector<Reply> items) { return {.kind = Reply::Kind::list, .items = std::move(items)}; }

const std::vector<KeyCharge> two_charges{{"one", {60, 60s, 2}}, {"two", {60, 60s, 10}}};

TEST(LimitScript, Commands_NameKeysIntervalsAndHowFarAheadAnArrivalMayBe) {
  const std::string command = charging(two_charges).by_name();
  EXPECT_TRUE(command.starts_with("*9\r\n$7\r\nEVALSHA\r\n$40\r\n"));
  EXPECT_TRUE(
      command.ends_with("$1\r\n2\r\n$3\r\none\r\n$3\r\ntwo\r\n$7\r\n1000000\r\n$7\r\n1000000\r\n$7\r\n1000000\r\n"
                        "$7\r\n9000000\r\n"));
  EXPECT_TRUE(charging(two_charges).by_text().starts_with("*9\r\n$4\r\nEVAL\r\n"));
  EXPECT_NE(charging(two_charges).by_name(), giving_back(two_charges).by_name());
}

TEST(LimitScript, GrantedCharges_HaveTheirStandingsAfterwards) {
  const auto outcome =
      outcome_in(answer({number(1), number(now_us), number(0), number(now_us + 2'500'000)}), two_charges);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->is_allowed());
  EXPECT_EQ(outcome->standings[0], (Standing{1, 1s}));
  EXPECT_EQ(outcome->standings[1], (Standing{6, 1s}));
}

TEST(LimitScript, RefusedCharges_AreNotMade) {
  const auto outcome =
      outcome_in(answer({number(0), number(now_us), number(now_us + 1'000'001), number(0)}), two_charges);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->refused_by, 0U);
  EXPECT_EQ(outcome->standings[0], (Standing{0, 1s}));
  EXPECT_EQ(outcome->standings[1], (Standing{10, 0s}));
}

TEST(LimitScript, WhatIsNoAnswerOfTheScript_IsRefused) {
  EXPECT_FALSE(outcome_in(Reply{.kind = Reply::Kind::error, .text = "NOPERM"}, two_charges));
  EXPECT_FALSE(outcome_in(answer({number(1), number(now_us)}), two_charges));
  EXPECT_FALSE(outcome_in(answer({number(1), number(now_us), number(now_us + 9'000'000), number(0)}), two_charges))
      << "it says that a charge was made for which nothing was left";
}

TEST(SharedKeys, Keys_TellNobodyWhoseTheyAre) {
  const SharedKeys keys{SecretString{"a secret"}};
  const std::string key = keys.of({Policy::mail_account, "reset to ada@example.com"});
  EXPECT_TRUE(key.starts_with("gatehouse:limit:mail-account:"));
  EXPECT_EQ(key.size(), std::string_view{"gatehouse:limit:mail-account:"}.size() + 32);
  EXPECT_FALSE(key.contains("ada"));
}

TEST(SharedKeys, Keys_AreTheSameWhereTheSecretIs) {
  const Subject ada{Policy::login, "ada"};
  const SharedKeys keys{SecretString{"a secret"}};
  EXPECT_EQ(keys.of(ada), SharedKeys{SecretString{"a secret"}}.of(ada));
  EXPECT_NE(keys.of(ada), SharedKeys{SecretString{"another secret"}}.of(ada));
  EXPECT_NE(keys.of(ada), keys.of({Policy::login, "bob"}));
  EXPECT_NE(keys.of(ada).substr(22), keys.of({Policy::registration, "ada"}).substr(25));
}

}  // namespace
}  // namespace gatehouse::limits
