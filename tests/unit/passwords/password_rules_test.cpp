#include "passwords/password_rules.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "passwords/filter_build.hpp"
#include "support/section_reading.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::passwords {
namespace {

using gatehouse::testing::read_section;
using ::testing::HasSubstr;

constexpr Person ada{.first_name = "Ada", .last_name = "Lovelace", .email = "countess@example.com"};

std::string code_of(const PasswordRules& rules, std::string_view password, const Person& person = ada) {
  const auto refusal = rules.refusal_of(SecretString{password}, person);
  return refusal ? std::string{refusal->code()} : "";
}

TEST(PasswordRules, Defaults_RefuseByLengthPersonAndList) {
  const PasswordRules rules{PasswordSettings{}};
  EXPECT_EQ(code_of(rules, ""), "empty");
  EXPECT_EQ(code_of(rules, std::string(1025, 'x')), "too_long");
  EXPECT_EQ(code_of(rules, "\xC0\x80 abcdefgh"), "not_unicode");
  EXPECT_EQ(code_of(rules, std::string{"abcd\0efgh", 9}), "nul_character");
  EXPECT_EQ(code_of(rules, "1234567"), "too_short");
  EXPECT_EQ(code_of(rules, "Lovelace1843"), "personal");
  EXPECT_EQ(code_of(rules, "EXAMPLE!"), "personal");
  EXPECT_EQ(code_of(rules, "Football"), "common");
  EXPECT_EQ(code_of(rules, "\uFF46ootball"), "common") << "full width";
  EXPECT_EQ(code_of(rules, "footbal1x"), "");
}

TEST(PasswordRules, LongOnesSpacesAndEmoji_AreGood) {
  const PasswordRules rules{PasswordSettings{}};
  for (const char* password :
       {"correct horse", "        ", "\U0001F511\U0001F511\U0001F511\U0001F511\U0001F511\U0001F511\U0001F511\U0001F511",
        "\u6B63\u786E\u7684\u9A6C\u7535\u6C60\u8BA2\u4E66"}) {
    EXPECT_EQ(code_of(rules, password), "") << password;
  }
  EXPECT_EQ(code_of(rules, std::string(64, 'x')), "");
  EXPECT_EQ(code_of(rules, std::string(1024, 'x')), "");
}

/// Of several faults, the first is reported.
TEST(PasswordRules, Faults_AreLookedForInTheirOrder) {
  PasswordSettings settings;
  settings.classes_min = 2;
  const PasswordRules rules{settings};
  EXPECT_EQ(code_of(rules, "lovelac"), "too_short");
  EXPECT_EQ(code_of(rules, "lovelace"), "too_few_classes");
  EXPECT_EQ(code_of(rules, "lovelace1"), "personal");
  EXPECT_EQ(code_of(rules, "football", {.first_name = "Football", .last_name = {}, .email = {}}), "too_few_classes");
  EXPECT_EQ(code_of(rules, "football1", {.first_name = "Football", .last_name = {}, .email = {}}), "personal");
  EXPECT_EQ(code_of(rules, "football1"), "common");
}

TEST(PasswordRules, Lengths_AreCountedAsHashed) {
  PasswordSettings settings;
  settings.length_min = 4;
  const PasswordRules rules{settings};
  EXPECT_EQ(code_of(rules, "e\u0301e\u0301e\u0301"), "too_short") << "three characters when composed";
  EXPECT_EQ(code_of(rules, "e\u0301e\u0301e\u0301e\u0301"), "");
}

TEST(PasswordRules, ContextWords_ArePersonalToEverybody) {
  PasswordSettings settings;
  settings.context_words = {"Gatehouse", "abc"};
  const PasswordRules rules{settings};
  EXPECT_EQ(code_of(rules, "gateHOUSE2026", {}), "personal");
  EXPECT_EQ(code_of(rules, "abcabcabc"), "");
}

TEST(PasswordRules, Messages_SayWhatToDoAndHoldNothingOfThePassword) {
  PasswordSettings settings;
  settings.length_min = 15;
  settings.classes_min = 3;
  const PasswordRules rules{settings};
  const auto message = [&](std::string_view password) {
    return rules.refusal_of(SecretString{password}, ada)->message;
  };
  EXPECT_EQ(message("canary"), "must be at least 15 characters long");
  EXPECT_THAT(message("canary canary canary"), HasSubstr("at least 3 of these"));
  for (const char* password : {"", "canary", "canary canary canary", "\xFF"}) {
    EXPECT_FALSE(message(password).contains("canary"));
  }
}

class BreachedPasswordsTest : public ::testing::Test {
 protected:
  BreachedPasswordsTest() { build("stolen password"); }

  void build(std::string_view password) const {
    std::ofstream{list_} << password;
    ASSERT_TRUE(build_filter({.in = list_, .out = filter_, .is_plain = true}));
  }
  [[nodiscard]] PasswordSettings settings() const {
    PasswordSettings settings;
    settings.breach_filter = filter_;
    return settings;
  }

  const testing::TemporaryDirectory folder_;
  const std::string list_ = (folder_.path() / "list").string();
  const std::string filter_ = (folder_.path() / "filter").string();
};

TEST_F(BreachedPasswordsTest, Members_AreRefused) {
  const PasswordRules rules{settings()};
  EXPECT_TRUE(rules.refuses_breached());
  EXPECT_EQ(code_of(rules, "stolen password"), "breached");
  EXPECT_EQ(code_of(rules, "Stolen password"), "");
  EXPECT_FALSE(PasswordRules{PasswordSettings{}}.refuses_breached());
}

TEST_F(BreachedPasswordsTest, AFilterReopened_IsUsedAndABadOneIsNot) {
  PasswordRules rules{settings()};
  build("another password");
  EXPECT_EQ(code_of(rules, "stolen password"), "breached");
  EXPECT_TRUE(rules.reopen_filter(filter_));
  EXPECT_EQ(code_of(rules, "stolen password"), "");
  EXPECT_EQ(code_of(rules, "another password"), "breached");
  EXPECT_THAT(rules.reopen_filter(list_).error(), HasSubstr("too short"));
  EXPECT_EQ(code_of(rules, "another password"), "breached");
  EXPECT_TRUE(rules.reopen_filter(""));
  EXPECT_FALSE(rules.refuses_breached());
}

TEST_F(BreachedPasswordsTest, ABadFilterAtTheStart_IsNoneAtAll) {
  PasswordSettings bad = settings();
  bad.breach_filter = list_;
  EXPECT_FALSE(PasswordRules{bad}.refuses_breached());
}

TEST_F(BreachedPasswordsTest, ABadFilter_StopsTheStartInProductionAndWarnsElsewhere) {
  const auto reading_of = [](const std::string& path, config::Environment kind) {
    return read_section(password_section(), {{"PASSWORD_BREACH_FILTER", path}}, kind);
  };
  EXPECT_EQ(reading_of(filter_, config::Environment::production).mistakes(), "");
  EXPECT_EQ(reading_of(filter_, config::Environment::development).warnings(), "");
  constexpr const char* no_filter = "PASSWORD_BREACH_FILTER: names a file that is too short for a breach filter";
  EXPECT_THAT(reading_of(list_, config::Environment::production).mistakes(), HasSubstr(no_filter));
  EXPECT_THAT(reading_of(list_, config::Environment::development).warnings(), HasSubstr(no_filter));
  EXPECT_EQ(reading_of(list_, config::Environment::development).mistakes(), "");
  EXPECT_THAT(reading_of("/no/such/filter", config::Environment::production).mistakes(),
              HasSubstr("cannot be opened: No such file or directory"));
}

TEST(PasswordSettings, Rules_AreRead) {
  const auto read = read_section(password_section(), {{"PASSWORD_LENGTH_MIN", "15"},
                                                      {"PASSWORD_CLASSES_MIN", "3"},
                                                      {"PASSWORD_CONTEXT_WORDS", "gatehouse, example corp"}});
  EXPECT_EQ(read.settings.length_min, 15u);
  EXPECT_EQ(read.settings.classes_min, 3u);
  EXPECT_THAT(read.settings.context_words, ::testing::ElementsAre("gatehouse", "example corp"));
  EXPECT_EQ(read.warnings(), "");
  EXPECT_THAT(read_section(password_section(), {{"PASSWORD_LENGTH_MIN", "6"}}).warnings(), HasSubstr("less than 8"));
  for (const char* length : {"0", "65", "x"}) {
    EXPECT_NE(read_section(password_section(), {{"PASSWORD_LENGTH_MIN", length}}).mistakes(), "") << length;
  }
  EXPECT_NE(read_section(password_section(), {{"PASSWORD_CLASSES_MIN", "5"}}).mistakes(), "");
  EXPECT_NE(read_section(password_section(), {{"PASSWORD_CONTEXT_WORDS", "\xFF"}}).mistakes(), "");
}

}  // namespace
}  // namespace gatehouse::passwords
