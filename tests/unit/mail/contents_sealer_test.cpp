#include "mail/contents_sealer.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace gatehouse::mail {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kind_text = "reset-password";

std::vector<SecretString> secrets(std::initializer_list<const char*> texts) {
  std::vector<SecretString> all;
  for (const char* text : texts) all.emplace_back(text);
  return all;
}

Contents letter() {
  Contents contents;
  contents.token = SecretString{"gtr_token"};
  contents.variables = {{"first_name", "Ada \"ü\"\n"}, {"address", ""}};
  return contents;
}

class ContentsSealerTest : public ::testing::Test {
 protected:
  crypto::SystemRandom random_;
  const std::vector<SecretString> own_ = secrets({"new-secret", "old-secret"});
  const ContentsSealer sealer_{own_};
  const std::string sealed_ = sealer_.seal(MailId{7}, kind_text, letter(), random_);
};

TEST_F(ContentsSealerTest, SealedContents_AreOpenedForTheirRow) {
  const auto opened = sealer_.open(MailId{7}, kind_text, sealed_);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->token.equals("gtr_token"));
  EXPECT_EQ(opened->variables, letter().variables);
  EXPECT_THAT(sealed_, Not(HasSubstr("gtr_token")));
  EXPECT_THAT(sealed_, Not(HasSubstr("Ada")));
}

TEST_F(ContentsSealerTest, BodyInAnotherRow_IsDamaged) {
  EXPECT_EQ(sealer_.open(MailId{8}, kind_text, sealed_).error(), BodyFault::damaged);
  EXPECT_EQ(sealer_.open(MailId{7}, "verify-email", sealed_).error(), BodyFault::damaged);
}

TEST_F(ContentsSealerTest, EachChangedByte_IsFound) {
  for (std::size_t i = 0; i < sealed_.size(); ++i) {
    std::string changed = sealed_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(sealer_.open(MailId{7}, kind_text, changed)) << i;
  }
  EXPECT_EQ(sealer_.open(MailId{7}, kind_text, "").error(), BodyFault::damaged);
  EXPECT_EQ(sealer_.open(MailId{7}, kind_text, sealed_.substr(0, 20)).error(), BodyFault::damaged);
}

TEST_F(ContentsSealerTest, Secrets_Rotate) {
  const auto older = secrets({"old-secret"});
  const std::string by_old = ContentsSealer{older}.seal(MailId{7}, kind_text, letter(), random_);
  EXPECT_TRUE(sealer_.open(MailId{7}, kind_text, by_old));
  EXPECT_EQ(ContentsSealer{older}.open(MailId{7}, kind_text, sealed_).error(), BodyFault::unknown_key);
}

TEST_F(ContentsSealerTest, Bounds_Hold) {
  Contents contents;
  contents.variables["first_name"] = std::string(variable_bytes_max, '\x01');
  EXPECT_TRUE(sealer_.open(MailId{7}, kind_text, sealer_.seal(MailId{7}, kind_text, contents, random_)));
  contents.variables["first_name"] += 'x';
  EXPECT_THROW((void)sealer_.seal(MailId{7}, kind_text, contents, random_), std::invalid_argument);
  contents.variables.clear();
  for (std::size_t i = 0; i < variables_max; ++i) contents.variables["v" + std::to_string(i)] = "x";
  EXPECT_TRUE(sealer_.open(MailId{7}, kind_text, sealer_.seal(MailId{7}, kind_text, contents, random_)));
  contents.variables["more"] = "x";
  EXPECT_THROW((void)sealer_.seal(MailId{7}, kind_text, contents, random_), std::invalid_argument);
}

}  // namespace
}  // namespace gatehouse::mail
