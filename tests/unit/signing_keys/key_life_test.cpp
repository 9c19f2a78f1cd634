#include "signing_keys/key_life.hpp"

#include <gmock/gmock.h>

#include "signing_keys/fresh_key.hpp"
#include "signing_keys/signing_key_settings.hpp"
#include "support/section_reading.hpp"
#include "unit/signing_keys/key_fixture.hpp"

namespace gatehouse::signing_keys {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

class KeyLifeTest : public KeyFixture {
 protected:
  /// What is due after `time`, if a key signs for ten days.
  [[nodiscard]] RotationStep due_after(std::chrono::seconds time, const std::vector<StoredKey>& keys) const {
    return due_step(keys, days{10}, life_, now + time);
  }
  StoredKey current() {
    auto key = stored(KeyState::current);
    key.current_from = now;
    return key;
  }
  StoredKey next_after(std::chrono::seconds time) {
    auto key = stored(KeyState::next);
    key.created_at = now + time;
    return key;
  }

  const KeyLife life_{{.jwks_max_age = hours{1}, .token_ttl = hours{2}}};
};

TEST_F(KeyLifeTest, Publication_IsTheMaximumAgeAndASixth) {
  EXPECT_EQ(life_.publication(), minutes{70});
  EXPECT_EQ((KeyLife{{.jwks_max_age = seconds{1}, .token_ttl = {}}}.publication()), seconds{2});
}

TEST_F(KeyLifeTest, RetiredKey_IsPublishedAnHourLongerThanItsLastTokenLasts) {
  EXPECT_EQ(life_.retirement(now).at, now);
  EXPECT_EQ(life_.retirement(now).drop_at, now + hours{3});
}

TEST_F(KeyLifeTest, Rotation_MakesASuccessorInTimeAndPromotesIt) {
  const auto first = current();
  EXPECT_EQ(due_after(days{10} - minutes{71}, {first}), RotationStep::none);
  EXPECT_EQ(due_after(days{10} - minutes{70}, {first}), RotationStep::generate);
  const auto second = next_after(days{10} - minutes{70});
  EXPECT_EQ(due_after(days{10} - seconds{1}, {first, second}), RotationStep::none);
  EXPECT_EQ(due_after(days{10}, {first, second}), RotationStep::promote);
}

TEST_F(KeyLifeTest, SuccessorThatIsTooYoung_IsNotPromoted) {
  const std::vector<StoredKey> keys{current(), next_after(days{20})};
  EXPECT_EQ(due_after(days{20} + minutes{69}, keys), RotationStep::none);
  EXPECT_EQ(due_after(days{20} + minutes{70}, keys), RotationStep::promote);
}

TEST_F(KeyLifeTest, RotationByHand_OrWithoutACurrentKey_DoesNothing) {
  EXPECT_EQ(due_step(std::vector{current()}, seconds{0}, life_, now + days{100}), RotationStep::none);
  EXPECT_EQ(due_after(days{100}, {}), RotationStep::none);
  EXPECT_EQ(due_after(days{100}, {next_after(days{0})}), RotationStep::none);
}

/// `gatehouse signing-keys promote -VE20…` once took such a kid for an option.
TEST(FreshKey, Kid_DoesNotBeginLikeAnOption) {
  for (int i = 0; i < 300; ++i) {
    EXPECT_FALSE(jose::thumbprint(make_fresh_key(jose::JwsAlgorithm::eddsa)).starts_with('-'));
  }
}

TEST(SigningKeySettings, Defaults_AreAnHourAndNinetyDays) {
  const auto read = testing::read_section(signing_key_section(), {});
  EXPECT_EQ(read.settings.jwks_max_age, hours{1});
  EXPECT_EQ(read.settings.rotation_interval, days{90});
}

TEST(SigningKeySettings, RotationFasterThanPublication_IsRefused) {
  EXPECT_THAT(testing::read_section(signing_key_section(), {{"SIGNING_KEY_ROTATE", "2h"}}).mistakes(),
              HasSubstr("SIGNING_KEY_ROTATE: is too short"));
  EXPECT_EQ(testing::read_section(signing_key_section(), {{"SIGNING_KEY_ROTATE", "0"}}).mistakes(), "");
}

}  // namespace
}  // namespace gatehouse::signing_keys
