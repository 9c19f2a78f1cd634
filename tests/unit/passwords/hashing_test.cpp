#include "passwords/hashing.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <string>

#include "base/text.hpp"

namespace gatehouse::passwords {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr Argon2idCost cheap_argon2id{.memory_kib = 64, .passes = 1};
constexpr Pbkdf2Cost cheap_pbkdf2{.iterations = 10};
constexpr std::string_view fixed_salt = "sixteen bytes ok";

class HashingTest : public ::testing::TestWithParam<PhcFormat> {};

INSTANTIATE_TEST_SUITE_P(EachScheme, HashingTest,
                         ::testing::Values(PhcFormat{cheap_argon2id}, PhcFormat{cheap_pbkdf2},
                                           PhcFormat{Pbkdf2Cost{.iterations = 10, .digest = Pbkdf2Digest::sha1}},
                                           PhcFormat{Pbkdf2Cost{.iterations = 10, .digest = Pbkdf2Digest::sha256}},
                                           PhcFormat{ScryptCost{.log2_n = 4, .block = 8, .parallel = 2}}));

TEST_P(HashingTest, HashedPassword_MatchesItselfAfterARoundTripThroughText) {
  const auto stored = parse_phc(to_text(hash_password("correct horse", GetParam(), fixed_salt)));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->format, GetParam());
  EXPECT_TRUE(matches("correct horse", *stored));
  EXPECT_FALSE(matches("correct hors", *stored));
  EXPECT_FALSE(matches("correct horse ", *stored));
  EXPECT_FALSE(matches("Correct horse", *stored));
  EXPECT_FALSE(matches("", *stored));
}

TEST_P(HashingTest, LongPassword_ItsLastByteMatters) {
  std::string password(1024, 'x');
  const Phc stored = hash_password(password, GetParam(), fixed_salt);
  EXPECT_TRUE(matches(password, stored));
  password.back() = 'y';
  EXPECT_FALSE(matches(password, stored));
  password.pop_back();
  EXPECT_FALSE(matches(password, stored));
}

TEST_P(HashingTest, NulInsideThePassword_EverythingAfterItMatters) {
  const Phc stored = hash_password("before\0after"sv, GetParam(), fixed_salt);
  EXPECT_TRUE(matches("before\0after"sv, stored));
  EXPECT_FALSE(matches("before", stored));
  EXPECT_FALSE(matches("before\0AFTER"sv, stored));
  EXPECT_FALSE(matches("before\0"sv, stored));
}

TEST_P(HashingTest, ChangedDigestSaltOrCost_NoLongerMatches) {
  const Phc stored = hash_password("password", GetParam(), fixed_salt);
  Phc changed = stored;
  changed.digest.back() ^= 1;
  EXPECT_FALSE(matches("password", changed));
  changed = stored;
  changed.digest.resize(PhcLimits::digest_bytes_min);
  EXPECT_EQ(matches("password", changed), !std::holds_alternative<Argon2idCost>(GetParam()))
      << "PBKDF2's and scrypt's first bytes do not depend on how many are asked for; Argon2's do";
  changed = stored;
  changed.salt.front() ^= 1;
  EXPECT_FALSE(matches("password", changed));
  changed = stored;
  if (auto* cost = std::get_if<Argon2idCost>(&changed.format)) {
    ++cost->passes;
  } else if (auto* scrypt = std::get_if<ScryptCost>(&changed.format)) {
    ++scrypt->log2_n;
  } else {
    ++std::get<Pbkdf2Cost>(changed.format).iterations;
  }
  EXPECT_FALSE(matches("password", changed));
}

constexpr BcryptCost cheap_bcrypt{.log2_rounds = 4};

TEST(Bcrypt, HashedPassword_MatchesItselfAfterARoundTripThroughText) {
  const auto stored = parse_phc(to_text(hash_password("correct horse", cheap_bcrypt, fixed_salt)));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->format, PhcFormat{cheap_bcrypt});
  EXPECT_TRUE(matches("correct horse", *stored));
  EXPECT_FALSE(matches("correct hors", *stored));
  EXPECT_FALSE(matches("", *stored));
  Phc changed = *stored;
  changed.digest.back() ^= 1;
  EXPECT_FALSE(matches("correct horse", changed));
  changed = *stored;
  changed.salt.front() ^= 1;
  EXPECT_FALSE(matches("correct horse", changed));
}

TEST(Bcrypt, BytesBehindThe72nd_DoNotMatter) {
  const Phc stored = hash_password(std::string(72, 'x'), cheap_bcrypt, fixed_salt);
  EXPECT_TRUE(matches(std::string(72, 'x'), stored));
  EXPECT_TRUE(matches(std::string(1024, 'x'), stored));
  EXPECT_FALSE(matches(std::string(71, 'x'), stored));
}

TEST(Bcrypt, PasswordWithANul_NeverMatches) {
  const Phc stored = hash_password("before", cheap_bcrypt, fixed_salt);
  EXPECT_TRUE(matches("before", stored));
  EXPECT_FALSE(matches("before\0after"sv, stored));
}

// Made by crypt(3) of 511 letters x.
TEST(CryptHashes, PasswordThatLibcryptDoesNotTakeWhole_NeverMatches) {
  const std::string longest(511, 'x');
  const auto stored = parse_phc("$5$rounds=1000$saltstring$gc/Quph221SWgv8LdjbY.XopiOD/ReuGrQFEXg7ohiA");
  ASSERT_TRUE(stored);
  EXPECT_TRUE(matches(longest, *stored));
  EXPECT_FALSE(matches(longest.substr(1), *stored));
  EXPECT_FALSE(matches(longest + 'x', *stored));
  EXPECT_FALSE(matches(longest + "\0x"s, *stored));
}

TEST(CryptHashes, PasswordWithANul_NeverMatches) {
  const auto slow = parse_phc("$5$rounds=1000$saltstring$VGZjNCr5UkWtobONx2k9vHXk.2Ty/al1fi5WU6KqFI0");
  const auto fast = parse_phc("$pending_wrap$md5crypt$c2FsdHN0cmk$UUEwaXQwVTRma292SnZ1eVJTVUUuLg");
  ASSERT_TRUE(slow && fast);
  const Phc onion = wrap(*fast, cheap_argon2id, fixed_salt);
  for (const Phc& stored : {*slow, *fast, onion}) {
    EXPECT_TRUE(matches("before", stored)) << to_text(stored);
    EXPECT_FALSE(matches("before\0after"sv, stored)) << to_text(stored);
  }
}

TEST(CryptHashes, FormatsThatAreOnlyChecked_AreNotMade) {
  for (const PhcFormat& format : {PhcFormat{CryptCost{}}, PhcFormat{Argon2iCost{}}, PhcFormat{FirebaseCost{}},
                                  PhcFormat{PendingCost{}}, PhcFormat{OnionCost{}}}) {
    EXPECT_THROW((void)hash_password("password", format, fixed_salt), std::invalid_argument);
  }
}

TEST(Onion, ChangedInsideOrOutside_NoLongerMatches) {
  const RawCost inner{.digest = RawDigest::sha1, .salt_place = SaltPlace::before};
  const auto pending = parse_phc("$pending_wrap$sha1-salt-before$c2FsdA$WbPo1jfPl+2+I4TPWct0U9/jB4k");
  ASSERT_TRUE(pending);
  const Phc onion = wrap(*pending, cheap_argon2id, fixed_salt);
  EXPECT_EQ(parse_phc(to_text(onion)), onion);
  EXPECT_EQ(std::get<OnionCost>(onion.format), (OnionCost{.inner = inner, .outer = cheap_argon2id}));
  EXPECT_TRUE(matches("password", onion));
  EXPECT_FALSE(matches("passwore", onion));
  Phc changed = onion;
  changed.inner_salt = "tlas";
  EXPECT_FALSE(matches("password", changed));
  changed = onion;
  std::get<OnionCost>(changed.format).inner = RawCost{.digest = RawDigest::sha1, .salt_place = SaltPlace::after};
  EXPECT_FALSE(matches("password", changed));
  changed = onion;
  changed.salt.front() ^= 1;
  EXPECT_FALSE(matches("password", changed));
}

/// The vectors of section 12 that stay below our limit of memory; the fourth takes 1 GiB.
TEST(Scrypt, VectorsOfRfc7914_Match) {
  struct Case {
    std::string_view password;
    std::string_view salt;
    ScryptCost cost;
    std::string_view digest;
  };
  for (const auto& [password, scrypt_salt, cost, digest] : {
           Case{"",
                "",
                {.log2_n = 4, .block = 1, .parallel = 1},
                "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"},
           Case{"password",
                "NaCl",
                {.log2_n = 10, .block = 8, .parallel = 16},
                "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"},
           Case{"pleaseletmein",
                "SodiumChloride",
                {.log2_n = 14, .block = 8, .parallel = 1},
                "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"},
       }) {
    const auto bytes = from_hex(digest);
    ASSERT_TRUE(bytes);
    const Phc stored{cost, std::string{scrypt_salt}, *bytes};
    EXPECT_TRUE(matches(password, stored)) << password;
    EXPECT_FALSE(matches(std::string{password} + 'x', stored)) << password;
  }
}

TEST(Argon2id, SeveralLanes_AreCheckedAndNotMade) {
  const Argon2idCost two_lanes{.memory_kib = 64, .passes = 1, .lanes = 2};
  EXPECT_THROW((void)hash_password("password", two_lanes, fixed_salt), std::invalid_argument);
  EXPECT_FALSE(matches("password", Phc{two_lanes, std::string{fixed_salt}, std::string(32, 'd')}));
}

/// Made with the reference implementation of Argon2 (version 1.3 of the algorithm, RFC 9106).
TEST(Argon2id, StringsOfTheReferenceImplementation_Match) {
  struct Case {
    std::string_view password;
    std::string_view text;
  };
  for (const auto& [password, text] : {
           Case{"password",
                "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE"},
           Case{"password",
                "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$55PWTvddWPUD1GMbKxSff4ASfF85k9ibHJt4HlHQtBM"},
           Case{"", "$argon2id$v=19$m=256,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$XQahAbXdl9A/1pxDGv0gOJ0hMS+e9k/KEyQFAkaTlB8"},
           Case{"pässwörd ☃", "$argon2id$v=19$m=64,t=2,p=1$OGJ5dGVzISE$9fFISb2zOKDkwaCiwAFJwg"},
           Case{"nul\0inside"sv,
                "$argon2id$v=19$m=128,t=4,p=1$YSBzYWx0IG9mIHNvbWUgMzEgYnl0ZXMsIGFzIGhlcmU$7IFCbwzX4/"
                "uNzof+4B5KPv/jjXfk8Dg8pxjm+oYrU/XTo2Z8XdtwmbqDoj9hvJZFO22WT6Sbff8E2eJQq7uI4Q"},
       }) {
    const auto stored = parse_phc(text);
    ASSERT_TRUE(stored) << text;
    EXPECT_TRUE(matches(password, *stored)) << text;
    EXPECT_FALSE(matches(std::string(password) + 'x', *stored)) << text;
  }
}

TEST(Argon2id, OwnHash_IsTheReferenceImplementationsString) {
  const Phc phc = hash_password("password", Argon2idCost{}, "somesaltsomesalt");
  EXPECT_EQ(to_text(phc),
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE");
}

TEST(Argon2id, EveryParsedCost_IsReadByLibsodiumAsTheSame) {
  for (const Argon2idCost cost : {Argon2idCost{.memory_kib = 8, .passes = 1},
                                  Argon2idCost{.memory_kib = 131'072, .passes = 16}, Argon2idCost{}}) {
    const Phc phc{.format = cost, .salt = std::string(16, 's'), .digest = std::string(32, 'd')};
    EXPECT_EQ(
        crypto_pwhash_argon2id_str_needs_rehash(to_text(phc).c_str(), cost.passes, std::size_t{cost.memory_kib} * 1024),
        0);
  }
}

TEST(Argon2id, SaltOfAnotherLength_IsRefusedForNewHashes) {
  EXPECT_THROW((void)hash_password("password", cheap_argon2id, "short"), std::invalid_argument);
}

TEST(Express, WellFormedRow_IsRead) {
  std::string hash(126, '0');
  hash += "af";
  const auto express = parse_express(hash, "a5c08ed4651738e1536150657b032030");
  ASSERT_TRUE(express);
  EXPECT_EQ(express->salt, "a5c08ed4651738e1536150657b032030");
  EXPECT_EQ(express->digest, std::string(63, '\0') + '\xaf');
}

TEST(Express, MalformedRow_IsRefused) {
  const std::string hash(128, 'a');
  EXPECT_FALSE(parse_express(hash, ""));
  EXPECT_FALSE(parse_express(hash, std::string(256, 'a')));
  for (const std::string& wrong :
       {std::string(127, 'a'), std::string(129, 'a'), std::string(126, 'a'), std::string(), std::string(128, 'A'),
        std::string(128, 'g'), std::string(127, 'a') + '\0', std::string(127, 'a') + ' '}) {
    EXPECT_FALSE(parse_express(wrong, "a5c08ed4651738e1536150657b032030")) << wrong;
  }
}

}  // namespace
}  // namespace gatehouse::passwords
