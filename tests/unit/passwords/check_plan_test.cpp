#include "passwords/check_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::passwords {
namespace {

const PhcFormat current_format = Argon2idCost{};
const PhcFormat older = Argon2idCost{.memory_kib = 4096, .passes = 3};
const PhcFormat pbkdf2_format = Pbkdf2Cost{};

const Decoy planned_decoy{.salt = "0123456789abcdef", .digest = std::string(64, 'd')};

StoredPassword row_of(const PhcFormat& format) {
  return {.hash = to_text({.format = format, .salt = std::string(16, 's'), .digest = std::string(32, 'h')}),
          .salt = {}};
}

StoredPassword row_of_express() { return {.hash = std::string(128, 'a'), .salt = "a5c08ed4651738e1536150657b032030"}; }

/// What a check costs, whatever its salts and digests: one entry per verification, in order.
std::vector<std::string> cost_of(const std::vector<PlannedCheck>& plan) {
  std::vector<std::string> costs;
  for (const PlannedCheck& planned : plan) {
    const Phc* phc = std::get_if<Phc>(&planned.hash);
    costs.push_back(phc == nullptr ? "express" : to_text({.format = phc->format, .salt = {}, .digest = {}}));
  }
  return costs;
}

/// Every kind of failing check that must not be told apart by its time.
std::vector<std::optional<StoredPassword>> failing_rows() {
  return {
      std::nullopt,
      StoredPassword{},
      row_of(current_format),
      StoredPassword{.hash = "garbage", .salt = {}},
      StoredPassword{.hash = "", .salt = {}},
      StoredPassword{.hash = "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAA", .salt = {}},
      StoredPassword{.hash = "garbage", .salt = "a5c08ed4651738e1536150657b032030"},
      StoredPassword{.hash = {}, .salt = "a5c08ed4651738e1536150657b032030"},
      StoredPassword{.hash = std::string(128, 'a'), .salt = ""},
      StoredPassword{.hash = row_of(current_format).hash, .salt = "a5c08ed4651738e1536150657b032030"},
  };
}

TEST(PlanOfChecks, OnlyTheCurrentFormatInUse_EveryFailureCostsOneVerification) {
  const FormatsInUse formats{.current = current_format, .express = false, .retired = {}};
  const auto expected = cost_of(plan_of_checks(std::nullopt, formats, planned_decoy));
  EXPECT_EQ(expected.size(), 1u);
  for (const auto& row : failing_rows()) {
    EXPECT_EQ(cost_of(plan_of_checks(read_stored(row), formats, planned_decoy)), expected);
  }
}

TEST(PlanOfChecks, ImportedFormatsInUse_EveryFailureCostsOneOfEach) {
  const PhcFormat bcrypt = BcryptCost{};
  const PhcFormat sha1 = Pbkdf2Cost{.iterations = 1000, .digest = Pbkdf2Digest::sha1};
  const FormatsInUse formats{.current = current_format, .express = false, .retired = {bcrypt, sha1}};
  const auto expected = cost_of(plan_of_checks(std::nullopt, formats, planned_decoy));
  EXPECT_EQ(expected.size(), 3u);
  for (const PhcFormat& format : {current_format, bcrypt, sha1}) {
    const Phc own{.format = format, .salt = planned_decoy.salt, .digest = std::string(usual_digest_bytes(format), 'h')};
    const auto stored = read_stored(StoredPassword{.hash = to_text(own), .salt = {}});
    ASSERT_TRUE(stored);
    EXPECT_EQ(cost_of(plan_of_checks(stored, formats, planned_decoy)), expected);
  }
  for (const PlannedCheck& planned : plan_of_checks(std::nullopt, formats, planned_decoy)) {
    const Phc& phc = std::get<Phc>(planned.hash);
    EXPECT_EQ(parse_phc(to_text(phc)), phc) << "a decoy is as sound as any hash of its format";
  }
}

TEST(PlanOfChecks, ExpressRowsPresent_EveryFailureCostsOneOfEach) {
  const FormatsInUse formats{.current = current_format, .express = true, .retired = {}};
  const auto expected = cost_of(plan_of_checks(std::nullopt, formats, planned_decoy));
  EXPECT_EQ(expected.size(), 2u);
  EXPECT_EQ(std::ranges::count(expected, "express"), 1);
  for (const auto& row : failing_rows()) {
    EXPECT_EQ(cost_of(plan_of_checks(read_stored(row), formats, planned_decoy)), expected);
  }
  EXPECT_EQ(cost_of(plan_of_checks(read_stored(row_of_express()), formats, planned_decoy)), expected);
}

TEST(PlanOfChecks, RetiredFormatsRemembered_EveryFailureCostsOneOfEach) {
  const FormatsInUse formats{.current = current_format, .express = true, .retired = {older, pbkdf2_format}};
  const auto expected = cost_of(plan_of_checks(std::nullopt, formats, planned_decoy));
  EXPECT_EQ(expected.size(), 4u);
  for (const auto& row : failing_rows()) {
    EXPECT_EQ(cost_of(plan_of_checks(read_stored(row), formats, planned_decoy)), expected);
  }
  for (const auto& row : {row_of_express(), row_of(older), row_of(pbkdf2_format)}) {
    EXPECT_EQ(cost_of(plan_of_checks(read_stored(row), formats, planned_decoy)), expected);
  }
}

TEST(PlanOfChecks, FormatNotInUse_StandsForTheCurrentOne) {
  const FormatsInUse formats{.current = current_format, .express = true, .retired = {older}};
  const auto plan = plan_of_checks(read_stored(row_of(pbkdf2_format)), formats, planned_decoy);
  EXPECT_EQ(cost_of(plan).size(), 3u);
  EXPECT_TRUE(plan[0].own);
  EXPECT_EQ(std::get<Phc>(plan[0].hash).format, pbkdf2_format);
  EXPECT_EQ(std::ranges::count(plan, true, &PlannedCheck::own), 1);
}

TEST(PlanOfChecks, ExpressRowWhileNoneIsKnown_StillPaysForTheCurrentFormat) {
  const FormatsInUse formats{.current = current_format, .express = false, .retired = {}};
  const auto plan = plan_of_checks(read_stored(row_of_express()), formats, planned_decoy);
  EXPECT_EQ(cost_of(plan).size(), 2u);
}

TEST(PlanOfChecks, Decoys_AreShapedLikeOwnHashes) {
  const FormatsInUse formats{.current = current_format, .express = true, .retired = {pbkdf2_format}};
  const auto plan = plan_of_checks(std::nullopt, formats, planned_decoy);
  ASSERT_EQ(plan.size(), 3u);
  EXPECT_EQ(std::ranges::count(plan, true, &PlannedCheck::own), 0);
  EXPECT_EQ(std::get<Phc>(plan[0].hash).digest.size(), 32u);
  EXPECT_EQ(std::get<Phc>(plan[1].hash).digest.size(), 64u);
  EXPECT_EQ(std::get<ExpressHash>(plan[2].hash).salt, "30313233343536373839616263646566");
  EXPECT_EQ(std::get<ExpressHash>(plan[2].hash).digest.size(), 64u);
}

TEST(PlanOfChecks, StoredHashReadable_IsTheOnlyOwnCheck) {
  const FormatsInUse formats{.current = current_format, .express = true, .retired = {older}};
  for (const auto& row : {row_of(current_format), row_of(older), row_of(pbkdf2_format), row_of_express()}) {
    const auto stored = read_stored(row);
    const auto plan = plan_of_checks(stored, formats, planned_decoy);
    ASSERT_EQ(std::ranges::count(plan, true, &PlannedCheck::own), 1);
    EXPECT_EQ(std::ranges::find(plan, true, &PlannedCheck::own)->hash.index(), stored->index());
  }
}

TEST(PlanOfChecks, RawHashAndItsOnion_StandForWhatTheyCost) {
  const FastFormat md5 = RawCost{.digest = RawDigest::md5, .salt_place = SaltPlace::after};
  const FastFormat phpass = PhpassCost{.log2_rounds = 13};
  const Argon2idCost outer{};
  EXPECT_EQ(cost_of(OnionCost{.inner = md5, .outer = outer}), PhcFormat{outer});
  EXPECT_EQ(cost_of(PendingCost{md5}), cost_of(PendingCost{RawCost{RawDigest::sha512, SaltPlace::none}}));
  for (const PhcFormat& other : {PhcFormat{PendingCost{phpass}}, PhcFormat{OnionCost{phpass, outer}}, current_format}) {
    EXPECT_EQ(cost_of(other), other);
  }
  const FormatsInUse formats{.current = older, .express = false, .retired = {outer}};
  const Phc onion = decoy_of(OnionCost{.inner = md5, .outer = outer}, planned_decoy);
  const auto plan = plan_of_checks(onion, formats, planned_decoy);
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_FALSE(plan[0].own);
  EXPECT_TRUE(plan[1].own);
}

TEST(PlanOfChecks, AnswersThatWait_NeedNoOtherCheckThanTheRowsOwn) {
  const FormatsInUse formats{.current = current_format, .express = false, .retired = {}, .answers_wait = true};
  for (const auto& row :
       {row_of(current_format), row_of(pbkdf2_format), row_of(Argon2idCost{.memory_kib = 64}), row_of_express()}) {
    const auto stored = read_stored(row);
    const auto plan = plan_of_checks(stored, formats, planned_decoy);
    ASSERT_EQ(plan.size(), 1U);
    EXPECT_TRUE(plan[0].own);
    EXPECT_EQ(plan[0].hash.index(), stored->index());
  }
  const auto plan = plan_of_checks(std::nullopt, formats, planned_decoy);
  ASSERT_EQ(plan.size(), 1U);
  EXPECT_FALSE(plan[0].own);
  EXPECT_EQ(std::get<Phc>(plan[0].hash).format, current_format);
}

TEST(PlanOfChecks, AnswersThatWait_HaveEachUnmeasuredFormatOnTop) {
  const FormatsInUse formats{.current = current_format, .express = true, .retired = {older}, .answers_wait = true};
  for (const auto& row :
       {std::optional{row_of(current_format)}, std::optional{row_of(pbkdf2_format)}, std::optional{row_of(older)},
        std::optional{row_of_express()}, std::optional<StoredPassword>{}}) {
    const auto plan = plan_of_checks(read_stored(row), formats, planned_decoy);
    ASSERT_EQ(plan.size(), 3U);
    EXPECT_EQ(std::get<Phc>(plan[1].hash).format, older);
    EXPECT_TRUE(std::holds_alternative<ExpressHash>(plan[2].hash));
    EXPECT_EQ(std::ranges::count(plan, true, &PlannedCheck::own), row ? 1 : 0);
  }
}

TEST(Decoys, EachFormat_HasOneThatIsAsSoundAsAnyHash) {
  const FastFormat salted = RawCost{.digest = RawDigest::sha512, .salt_place = SaltPlace::before};
  const FastFormat pbkdf2_sha1 = FastPbkdf2Cost{{.iterations = 5, .digest = Pbkdf2Digest::sha1}, 20};
  const Argon2idCost cheap{.memory_kib = 64, .passes = 1};
  const ScryptCost cheap_scrypt{.log2_n = 4, .block = 8, .parallel = 1};
  const auto of_crypt = [](CryptMethod method, std::string parameters) {
    return CryptCost{.method = method, .parameters = std::move(parameters)};
  };
  const std::vector<PhcFormat> formats{
      cheap,
      Pbkdf2Cost{.iterations = 5},
      cheap_scrypt,
      BcryptCost{.log2_rounds = 4},
      Argon2iCost{.memory_kib = 64, .passes = 3, .lanes = 2},
      of_crypt(CryptMethod::sha256, "rounds=1000$"),
      of_crypt(CryptMethod::sha512, "rounds=1000$"),
      of_crypt(CryptMethod::yescrypt, "j75$"),
      of_crypt(CryptMethod::scrypt, "4U..../...."),
      of_crypt(CryptMethod::sha1, "5$"),
      FirebaseCost{.scrypt = cheap_scrypt, .signer_key = std::string(64, 'k'), .salt_separator = "x"},
      PendingCost{salted},
      PendingCost{PhpassCost{7}},
      PendingCost{Md5CryptCost{}},
      PendingCost{pbkdf2_sha1},
      OnionCost{salted, cheap},
      OnionCost{PhpassCost{7}, cheap},
      OnionCost{Md5CryptCost{}, cheap},
      OnionCost{pbkdf2_sha1, cheap}};
  for (const PhcFormat& format : formats) {
    const Phc made = decoy_of(format, planned_decoy);
    EXPECT_EQ(made.format, format);
    EXPECT_EQ(parse_phc(to_text(made)), made) << to_text(made);
    EXPECT_FALSE(matches("password", made)) << to_text(made);
  }
}

TEST(ReadStored, SaltPresent_MeansTheExpressFormat) {
  EXPECT_TRUE(std::holds_alternative<ExpressHash>(*read_stored(row_of_express())));
  EXPECT_TRUE(std::holds_alternative<Phc>(*read_stored(row_of(current_format))));
  EXPECT_FALSE(read_stored(StoredPassword{.hash = row_of_express().hash, .salt = {}}));
}

TEST(NeedsRehash, SchemeOrParametersDiffer_Yes) {
  struct Case {
    PhcFormat stored;
    PhcFormat configured;
    bool replaced;
  };
  for (const auto& [stored, configured, replaced] :
       {Case{current_format, current_format, false}, Case{pbkdf2_format, pbkdf2_format, false},
        Case{current_format, pbkdf2_format, true}, Case{pbkdf2_format, current_format, true},
        Case{older, current_format, true}, Case{Argon2idCost{.memory_kib = 19'456, .passes = 1}, current_format, true},
        Case{Argon2idCost{.memory_kib = 65'536, .passes = 3}, current_format, true},
        Case{Pbkdf2Cost{.iterations = 209'999}, pbkdf2_format, true}}) {
    EXPECT_EQ(needs_rehash(*read_stored(row_of(stored)), configured), replaced);
  }
  EXPECT_TRUE(needs_rehash(*read_stored(row_of_express()), current_format));
  EXPECT_TRUE(needs_rehash(*read_stored(row_of_express()), pbkdf2_format));
}

}  // namespace
}  // namespace gatehouse::passwords
