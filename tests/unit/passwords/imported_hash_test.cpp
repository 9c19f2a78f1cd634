#include "passwords/imported_hash.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "passwords/check_plan.hpp"
#include "passwords/phc.hpp"
#include "support/vectors.hpp"

namespace gatehouse::passwords {
namespace {

const std::string good_phc =
    to_text(Phc{.format = Argon2idCost{}, .salt = std::string(16, 's'), .digest = std::string(32, 'd')});
const std::string good_express(128, 'a');

std::string fault_text(const ImportedHash& hash) {
  const auto read = read_imported(hash);
  return read ? "" : std::string{read.error().field} + ' ' + std::string{read.error().code};
}

bool lets_in(const std::string& password, const StoredPassword& stored) {
  const auto hash = read_stored(stored);
  return hash && matches(password, std::get<Phc>(*hash));
}

// Each was made by the implementation that it is named after.
TEST(ImportedHash, HashOfAnotherProgram_IsToldByItsTextAndLetsItsPasswordIn) {
  const auto vectors = testing::load_vectors("foreign/password-hashes.json");
  const auto& hashes = vectors.at("hashes").as_array();
  ASSERT_GE(hashes.size(), 19U);
  for (const auto& one : hashes) {
    const std::string text = testing::text_of(one, "hash");
    const std::string password = testing::text_of(one, "password");
    for (const auto& format : {std::optional<std::string>{}, std::optional{testing::text_of(one, "format")}}) {
      const auto stored = read_imported({.text = text, .salt = {}, .format = format});
      ASSERT_TRUE(stored) << one;
      EXPECT_FALSE(stored->salt) << one;
      EXPECT_TRUE(lets_in(password, *stored)) << one;
      EXPECT_FALSE(lets_in(password.substr(1), *stored)) << one;
      EXPECT_EQ(read_imported({.text = *stored->hash})->hash, stored->hash)
          << "what is stored is imported as it stands";
    }
  }
}

TEST(ImportedHash, HashOfAnotherProgram_EachTruncationIsRefused) {
  const auto vectors = testing::load_vectors("foreign/password-hashes.json");
  for (const auto& one : vectors.at("hashes").as_array()) {
    const std::string text = testing::text_of(one, "hash");
    const std::string format = testing::text_of(one, "format");
    const std::size_t sound_rest = format == "bcrypt" ? 0 : 100;  // a digest may be shorter
    for (std::size_t length = 0; length + sound_rest < text.size(); ++length) {
      EXPECT_FALSE(read_imported({.text = text.substr(0, length), .salt = {}, .format = format})) << one << length;
    }
  }
}

TEST(ImportedHash, BitsOfBcryptThatMeanNothing_AreCleared) {
  const std::string clean = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  std::string unclean = clean;
  unclean[28] = '/';
  EXPECT_EQ(read_imported({.text = unclean})->hash, clean);
  EXPECT_TRUE(lets_in("U*U", *read_imported({.text = unclean})));
}

TEST(ImportedHash, FormatsOfGatehouse_AreTakenAsTheyStand) {
  const std::string pbkdf2_text = to_text(Phc{Pbkdf2Cost{}, std::string(16, 's'), std::string(64, 'd')});
  for (const std::string& text : {good_phc, pbkdf2_text}) EXPECT_EQ(read_imported({.text = text})->hash, text);
  EXPECT_EQ(fault_text({.text = good_phc, .salt = {}, .format = "phc"}), "");
  const auto express = read_imported({.text = good_express, .salt = "5a"});
  EXPECT_EQ(express->hash, good_express);
  EXPECT_EQ(express->salt, "5a");
  EXPECT_EQ(fault_text({.text = good_express, .salt = "5a", .format = "express"}), "");
}

TEST(ImportedHash, WhatNobodyCouldLogInWith_IsRefused) {
  EXPECT_EQ(fault_text({.text = "secret"}), "password_hash unknown_format");
  EXPECT_EQ(fault_text({.text = "$1$salt$hash"}), "password_hash unknown_format");
  EXPECT_EQ(fault_text({.text = good_phc, .salt = {}, .format = "md4"}), "hash_format unknown_format");
  EXPECT_EQ(fault_text({.text = good_phc, .salt = "5a", .format = "phc"}), "salt invalid");
  EXPECT_EQ(fault_text({.text = good_express, .salt = {}, .format = "express"}), "salt required");
  EXPECT_EQ(fault_text({.text = good_express.substr(1), .salt = "5a"}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = good_express, .salt = ""}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = good_phc + "$"}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = good_phc, .salt = {}, .format = "bcrypt"}), "password_hash invalid");
}

TEST(ImportedHash, CostBeyondTheLimits_IsRefused) {
  const std::string digits(64, 'a');
  const std::string letters = "c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE";
  for (const std::string& text : {"$argon2id$v=19$m=131073,t=2,p=1$" + letters, "$scrypt$ln=18,r=8,p=1$" + letters,
                                  "pbkdf2:sha256:2000001$abcdefgh$" + digits, "scrypt:262144:8:1$abcdefgh$" + digits,
                                  "scrypt:1000:8:1$abcdefgh$" + digits, "$pbkdf2-sha256$2000001$" + letters,
                                  std::string{"$2b$16$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}}) {
    EXPECT_EQ(fault_text({.text = text}), "password_hash invalid") << text;
  }
}

TEST(ImportedHash, StoredHash_HasTheNameThatItIsImportedBy) {
  EXPECT_EQ(format_name_of({.hash = good_phc, .salt = {}}), "phc");
  EXPECT_EQ(format_name_of({.hash = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", .salt = {}}),
            "bcrypt");
  EXPECT_EQ(format_name_of({.hash = good_express, .salt = "5a"}), "express");
  EXPECT_FALSE(format_name_of({.hash = "something", .salt = {}}));
  EXPECT_FALSE(format_name_of({.hash = good_phc, .salt = ""}));
  EXPECT_FALSE(format_name_of({.hash = {}, .salt = {}}));
}

}  // namespace
}  // namespace gatehouse::passwords
