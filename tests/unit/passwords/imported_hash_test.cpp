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

std::optional<std::string> salt_of(const boost::json::value& one) {
  return one.as_object().contains("salt") ? std::optional{testing::text_of(one, "salt")} : std::nullopt;
}

/// How many characters a hash of this format can lose at its end and still be one: a digest may be shorter, and so may
/// a salt.
std::size_t sound_rest_of(const std::string& format) {
  if (format == "phc" || format == "ssha" || format.contains("pbkdf2-") || format.contains("werkzeug")) return 100;
  if (format == "scrypt-better-auth") return 100;
  return format == "scrypt-firebase" ? 2 : 0;  // padding
}

// Each was made by the implementation that it is named after.
TEST(ImportedHash, HashOfAnotherProgram_IsToldByItsTextAndLetsItsPasswordIn) {
  const auto vectors = testing::load_vectors("foreign/password-hashes.json");
  const auto& hashes = vectors.at("hashes").as_array();
  ASSERT_GE(hashes.size(), 55U);
  for (const auto& one : hashes) {
    const std::string text = testing::text_of(one, "hash");
    const std::string password = testing::text_of(one, "password");
    const auto own_salt = salt_of(one);
    for (const auto& format : {std::optional<std::string>{}, std::optional{testing::text_of(one, "format")}}) {
      if (own_salt && !format) continue;
      const auto stored = read_imported({.text = text, .salt = own_salt, .format = format});
      ASSERT_TRUE(stored) << one;
      EXPECT_FALSE(stored->salt) << one;
      EXPECT_TRUE(lets_in(password, *stored)) << one;
      EXPECT_FALSE(lets_in(password.substr(1), *stored)) << one;
      EXPECT_EQ(read_imported({.text = *stored->hash})->hash, stored->hash)
          << "what is stored is imported as it stands";
      const std::string name{format_name_of(*stored).value()};
      EXPECT_EQ(read_imported({.text = *stored->hash, .salt = {}, .format = name})->hash, stored->hash) << name;
    }
  }
}

TEST(ImportedHash, HashOfAnotherProgram_EachTruncationIsRefused) {
  const auto vectors = testing::load_vectors("foreign/password-hashes.json");
  for (const auto& one : vectors.at("hashes").as_array()) {
    const std::string text = testing::text_of(one, "hash");
    const std::string format = testing::text_of(one, "format");
    for (std::size_t length = 0; length + sound_rest_of(format) < text.size(); ++length) {
      EXPECT_FALSE(read_imported({.text = text.substr(0, length), .salt = salt_of(one), .format = format}))
          << one << length;
    }
  }
}

// Whoever has one of these can try billions of passwords a second.
TEST(ImportedHash, HashThatIsQuickToMake_WaitsForBeingWrapped) {
  const auto vectors = testing::load_vectors("foreign/password-hashes.json");
  std::size_t pending = 0;
  for (const auto& one : vectors.at("hashes").as_array()) {
    const std::string format = testing::text_of(one, "format");
    const std::string text = testing::text_of(one, "hash");
    const auto stored = read_imported({.text = text, .salt = salt_of(one), .format = format});
    const bool is_fast = format.starts_with("md5") || format.starts_with("sha") || format == "ssha" ||
                         format == "phpass" || format.starts_with("pbkdf2") || text.starts_with("$1$");
    EXPECT_EQ(stored->hash->starts_with(pending_prefix), is_fast) << one;
    pending += is_fast ? 1 : 0;
  }
  EXPECT_GT(pending, 20U);
}

TEST(ImportedHash, Pbkdf2_IsWrappedBelowAHundredThousandIterations) {
  const auto stored_of = [](std::uint32_t iterations) {
    return read_imported({.text = to_text(Phc{Pbkdf2Cost{iterations}, std::string(16, 's'), std::string(20, 'd')})});
  };
  EXPECT_TRUE(stored_of(99'999)->hash->starts_with("$pending_wrap$pbkdf2-sha512$i=99999,l=20$"));
  EXPECT_TRUE(stored_of(100'000)->hash->starts_with("$pbkdf2-sha512$i=100000$"));
}

TEST(ImportedHash, SaltOfARawHash_IsThereExactlyWhereItsFormatHasOne) {
  const std::string digits(32, 'a');
  EXPECT_EQ(fault_text({.text = digits, .salt = {}, .format = "md5"}), "");
  EXPECT_EQ(fault_text({.text = digits, .salt = "x", .format = "md5"}), "salt invalid");
  EXPECT_EQ(fault_text({.text = digits, .salt = "x", .format = "md5-salt-before"}), "");
  EXPECT_EQ(fault_text({.text = digits, .salt = {}, .format = "md5-salt-after"}), "salt required");
  EXPECT_EQ(fault_text({.text = digits, .salt = "", .format = "md5-salt-after"}), "salt invalid");
  EXPECT_EQ(fault_text({.text = digits, .salt = std::string(255, 'x'), .format = "md5-salt-after"}), "");
  EXPECT_EQ(fault_text({.text = digits, .salt = std::string(256, 'x'), .format = "md5-salt-after"}), "salt invalid");
  EXPECT_EQ(fault_text({.text = digits, .salt = "x"}), "hash_format required") << "before or after?";
  EXPECT_EQ(fault_text({.text = digits, .salt = {}, .format = "sha1"}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = digits.substr(1) + "g", .salt = {}, .format = "md5"}), "password_hash invalid");
  EXPECT_EQ(fault_text({.text = digits, .salt = {}, .format = "md5-salt-around"}), "hash_format unknown_format");
  EXPECT_EQ(fault_text({.text = digits, .salt = {}, .format = "md5crypt"}), "hash_format unknown_format");
}

TEST(ImportedHash, FirebaseHash_IsTakenInTheSpellingsOfItsExports) {
  const std::string key = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==";
  const std::string digest = "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==";
  const std::string beginning = "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=" + key;
  const std::string stored = beginning + "$42xEC+ixf3L2lw==$" + digest;
  const std::string for_urls = "lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ";
  EXPECT_EQ(read_imported({.text = beginning + "$42xEC-ixf3L2lw$" + for_urls})->hash, stored);
  EXPECT_TRUE(read_imported({.text = "$fbscrypt$v=1,n=14,r=8,p=1,sk=" + key + "$42xEC+ixf3L2lw==$" + digest})
                  ->hash->contains(",ss=,sk="));
  for (const char* bad :
       {"v=2,n=14,r=8,p=1,ss=Bw==,sk=", "v=1,n=18,r=8,p=1,ss=Bw==,sk=", "v=1,n=14,r=33,p=1,ss=Bw==,sk=",
        "v=1,n=14,r=8,p=17,ss=Bw==,sk=", "v=1,r=8,n=14,p=1,ss=Bw==,sk=", "v=1,n=14,r=8,p=1,ss=,sk=!",
        "v=1,n=14,r=8,p=1,ss=AAAAAAAAAAAAAAAAAAAAAAAA,sk="}) {
    EXPECT_EQ(fault_text({.text = "$fbscrypt$" + std::string{bad} + key + "$42xEC+ixf3L2lw==$" + digest}),
              "password_hash invalid")
        << bad;
  }
  EXPECT_EQ(fault_text({.text = beginning + "$42xEC+ixf3L2lw==$" + digest.substr(4)}), "password_hash invalid");
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
  EXPECT_EQ(fault_text({.text = "$3$$" + std::string(32, 'a')}), "password_hash unknown_format");
  EXPECT_EQ(fault_text({.text = "$1$salt$hash"}), "password_hash invalid");
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
  for (const std::string& text :
       {"$argon2id$v=19$m=131073,t=2,p=1$" + letters, "$scrypt$ln=18,r=8,p=1$" + letters,
        "pbkdf2:sha256:2000001$abcdefgh$" + digits, "scrypt:262144:8:1$abcdefgh$" + digits,
        "scrypt:1000:8:1$abcdefgh$" + digits, "$pbkdf2-sha256$2000001$" + letters,
        "$argon2i$v=19$m=131073,t=3,p=1$" + letters, "$5$rounds=2000001$salt$" + std::string(43, 'a'),
        "$6$rounds=999$salt$" + std::string(86, 'a'), "$sha1$2000001$salt$" + std::string(28, 'a'),
        "$y$jFT$saltsalt$" + std::string(43, 'a'), "$7$G6..../....saltsalt$" + std::string(43, 'a'),
        "$P$J12345678" + std::string(22, '.'), "$P$412345678" + std::string(22, '.'),
        std::string{"$2b$16$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}}) {
    EXPECT_EQ(fault_text({.text = text}), "password_hash invalid") << text;
  }
}

TEST(ImportedHash, StoredHash_HasTheNameThatItIsImportedBy) {
  EXPECT_EQ(format_name_of({.hash = good_phc, .salt = {}}), "phc");
  EXPECT_EQ(format_name_of({.hash = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", .salt = {}}),
            "bcrypt");
  EXPECT_EQ(format_name_of({.hash = good_express, .salt = "5a"}), "express");
  EXPECT_EQ(format_name_of({.hash = "$5$salt$" + std::string(43, 'a'), .salt = {}}), "crypt");
  EXPECT_EQ(format_name_of({.hash = "$pending_wrap$md5$$AAAAAAAAAAAAAAAAAAAAAA", .salt = {}}), "phc");
  EXPECT_FALSE(format_name_of({.hash = "something", .salt = {}}));
  EXPECT_FALSE(format_name_of({.hash = good_phc, .salt = ""}));
  EXPECT_FALSE(format_name_of({.hash = {}, .salt = {}}));
}

}  // namespace
}  // namespace gatehouse::passwords
