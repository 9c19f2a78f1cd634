#include "flows/user_import/record_check.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "flows/user_import/import_batch.hpp"

namespace gatehouse::flows {
namespace {

constexpr std::string_view sound_hash =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE";

class RecordCheckTest : public ::testing::Test {
 protected:
  std::expected<CheckedRecord, users::RecordFault> check(std::string_view line) {
    return check_record(users::read_json_record(line).value(), rules_);
  }
  users::RecordFault fault(std::string_view line) { return check(line).error(); }

  /// The addresses of each batch.
  std::vector<std::vector<std::string>> batches_of(const std::string& text) {
    std::istringstream in{text};
    users::RecordReader reader{in, users::RecordFormat::jsonl};
    EXPECT_TRUE(reader.begin());
    std::vector<std::vector<std::string>> batches;
    while (true) {
      const ImportBatch batch = read_batch(reader, rules_);
      batches.emplace_back();
      for (const auto& record : batch.records) batches.back().push_back(record.content.user.email);
      if (batch.is_last) return batches;
    }
  }

  passwords::PasswordRules rules_{passwords::PasswordSettings{}};
};

TEST_F(RecordCheckTest, RecordWithoutAFault_IsAUserToBeStored) {
  const auto checked = check(R"({"email":"ada@example.com","first_name":"Ada","last_name":"","password_hash":")" +
                             std::string{sound_hash} +
                             R"(","email_verified":true,"disabled":true,"locale":"de-CH","created_at":"2020-01-01"})");
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->user.email, "ada@example.com");
  EXPECT_EQ(checked->user.first_name, "Ada");
  EXPECT_FALSE(checked->user.last_name);
  EXPECT_EQ(checked->user.password_hash, sound_hash);
  EXPECT_EQ(checked->user.is_verified, true);
  EXPECT_EQ(checked->user.is_disabled, true);
  EXPECT_EQ(checked->user.locale, "de-CH");
  EXPECT_FALSE(checked->password);
}

TEST_F(RecordCheckTest, QuickHashOfAnotherProgram_IsStoredToBeWrapped) {
  const auto checked = check(
      R"({"email":"ada@b.cd","password_hash":"pbkdf2_sha1$600$8Zs4kqZzPmfB2vQyTn1xLd$RbyW1slun5nl1aDBM9Tfobck8pk="})");
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->user.password_hash,
            "$pending_wrap$pbkdf2-sha1$i=600,l=20$OFpzNGtxWnpQbWZCMnZReVRuMXhMZA$RbyW1slun5nl1aDBM9Tfobck8pk");
}

TEST_F(RecordCheckTest, PasswordInClear_IsLeftToBeHashed) {
  const auto checked = check(R"({"email":"ada@example.com","password":"correct horse battery"})");
  ASSERT_TRUE(checked);
  EXPECT_EQ(checked->password->reveal(), "correct horse battery");
  EXPECT_FALSE(checked->user.password_hash);
}

TEST_F(RecordCheckTest, Faults_NameFieldAndCode) {
  const std::string hash{sound_hash};
  EXPECT_EQ(fault("{}"), (users::RecordFault{"email", "required"}));
  EXPECT_EQ(fault(R"({"email":""})"), (users::RecordFault{"email", "empty"}));
  EXPECT_EQ(fault(R"({"email":"nobody"})"), (users::RecordFault{"email", "invalid_email"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","first_name":" "})"), (users::RecordFault{"first_name", "empty"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","last_name":"a\u0001"})"),
            (users::RecordFault{"last_name", "control_character"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","salt":"5a"})"), (users::RecordFault{"password_hash", "required"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","password_hash":"plain"})"),
            (users::RecordFault{"password_hash", "unknown_format"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","password_hash":")" + hash + R"(","hash_format":"rot13"})"),
            (users::RecordFault{"hash_format", "unknown_format"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","password_hash":")" + hash + R"(","password":"correct horse"})"),
            (users::RecordFault{"password", "duplicate"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","password":"short"})"), (users::RecordFault{"password", "too_short"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","password":"qwertyuiop"})"), (users::RecordFault{"password", "common"}));
  EXPECT_EQ(fault(R"({"email":"a@b.cd","locale":"not a tag"})"), (users::RecordFault{"locale", "invalid"}));
}

TEST_F(RecordCheckTest, SecondRecordOfOneAddress_IsInTheNextBatch) {
  const std::string text =
      "{\"email\":\"a@b.cd\"}\n{\"email\":\"e@f.gh\"}\nx\n{\"email\":\"A@B.cd\"}\n{\"email\":\"i@j.kl\"}\n";
  EXPECT_EQ(batches_of(text), (std::vector<std::vector<std::string>>{{"a@b.cd", "e@f.gh"}, {"A@B.cd", "i@j.kl"}}));
}

TEST_F(RecordCheckTest, PasswordsInClear_MakeBatchesSmall) {
  std::string text;
  for (std::size_t i = 0; i < ImportBatch::passwords_max + 1; ++i) {
    text += "{\"email\":\"u" + std::to_string(i) + "@b.cd\",\"password\":\"correct horse battery\"}\n";
  }
  const auto batches = batches_of(text);
  ASSERT_EQ(batches.size(), 2U);
  EXPECT_EQ(batches[0].size(), ImportBatch::passwords_max);
  EXPECT_EQ(batches[1].size(), 1U);
}

TEST_F(RecordCheckTest, EmptyFile_IsOneEmptyBatch) {
  EXPECT_EQ(batches_of(""), (std::vector<std::vector<std::string>>{{}}));
}

}  // namespace
}  // namespace gatehouse::flows
