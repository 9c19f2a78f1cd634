#include "passwords/imported_hash.hpp"

#include <gtest/gtest.h>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {
namespace {

const std::string good_phc =
    to_text(Phc{.format = Argon2idCost{}, .salt = std::string(16, 's'), .digest = std::string(32, 'd')});
const std::string good_express(128, 'a');

std::string fault_text(const ImportedHash& hash) {
  const auto fault = fault_of(hash);
  return fault ? std::string{fault->field} + ' ' + std::string{fault->code} : "";
}

TEST(ImportedHash, FormatsThatAreChecked_AreTaken) {
  EXPECT_EQ(fault_text({.text = good_phc}), "");
  EXPECT_EQ(fault_text({.text = good_phc, .format = "phc"}), "");
  EXPECT_EQ(fault_text({.text = to_text(Phc{Pbkdf2Cost{}, std::string(16, 's'), std::string(64, 'd')})}), "");
  EXPECT_EQ(fault_text({.text = good_express, .salt = "5a"}), "");
  EXPECT_EQ(fault_text({.text = good_express, .salt = "5a", .format = "express"}), "");
}

TEST(ImportedHash, WhatNobodyCouldLogInWith_IsRefused) {
  EXPECT_EQ(fault_text({.text = "secret"}), "password_hash unknown_format");
  EXPECT_EQ(fault_text({.text = "$2b$12$abcdefghijklmnopqrstuu"}), "password_hash unknown_format");
  EXPECT_EQ(fault_text({.text = good_phc, .format = "md4"}), "hash_format unknown_format");
  EXPECT_EQ(fault_text({.text = good_phc, .salt = "5a", .format = "phc"}), "salt invalid");
  EXPECT_EQ(fault_text({.text = good_express, .format = "express"}), "salt required");
  EXPECT_EQ(fault_text({.text = good_express.substr(1), .salt = "5a"}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = good_express, .salt = ""}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = good_phc + "$"}), "password_hash invalid");
  EXPECT_EQ(
      fault_text(
          {.text =
               "$argon2id$v=19$m=131073,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE"}),
      "password_hash invalid");
}

TEST(ImportedHash, StoredHash_HasTheNameThatItIsImportedBy) {
  EXPECT_EQ(format_name_of({.hash = good_phc, .salt = {}}), "phc");
  EXPECT_EQ(format_name_of({.hash = good_express, .salt = "5a"}), "express");
  EXPECT_FALSE(format_name_of({.hash = "something", .salt = {}}));
  EXPECT_FALSE(format_name_of({.hash = good_phc, .salt = ""}));
  EXPECT_FALSE(format_name_of({.hash = {}, .salt = {}}));
}

}  // namespace
}  // namespace gatehouse::passwords
