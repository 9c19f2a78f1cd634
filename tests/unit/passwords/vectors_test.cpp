#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

#include "passwords/hashing.hpp"
#include "support/places.hpp"

namespace gatehouse::passwords {
namespace {

/// The parsed file of vectors; nothing, with a printed line, where the folder is not there.
std::optional<boost::json::value> load(const std::string& name) {
  const std::filesystem::path path = testing::vectors_folder() / name;
  std::ifstream file(path);
  if (!file) {
    std::cout << "no vectors: " << name << " is not there\n";
    return std::nullopt;
  }
  return boost::json::parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

std::string text(const boost::json::value& value) { return std::string(std::string_view(value.as_string())); }

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string unhex(const boost::json::value& value) {
  const std::string hex = text(value);
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  }
  return bytes;
}

TEST(LegacyPasswordHashes, EachRightPasswordMatches_AChangedOneDoesNot) {
  const auto vectors = load("legacy-password-hashes.json");
  if (!vectors) GTEST_SKIP();
  const auto& cases = vectors->at("cases").as_array();
  ASSERT_GE(cases.size(), 200u);
  for (const auto& one : cases) {
    std::string password = text(one.at("password"));
    const auto stored = parse_express(text(one.at("password_hash")), text(one.at("salt")));
    ASSERT_TRUE(stored) << one;
    EXPECT_TRUE(matches(password, *stored)) << one;
    if (password.empty()) {
      password = "x";
    } else {
      password.back() = static_cast<char>(password.back() ^ 1);
    }
    EXPECT_FALSE(matches(password, *stored)) << one;
  }
}

TEST(Wycheproof, Pbkdf2HmacSha512_DerivesEveryKey) {
  const auto vectors = load("wycheproof/pbkdf2_hmacsha512_test.json");
  if (!vectors) GTEST_SKIP();
  std::size_t count = 0;
  for (const auto& group : vectors->at("testGroups").as_array()) {
    for (const auto& one : group.at("tests").as_array()) {
      ASSERT_EQ(text(one.at("result")), "valid") << one;
      const auto key =
          pbkdf2_sha512(unhex(one.at("password")), unhex(one.at("salt")),
                        one.at("iterationCount").to_number<std::uint32_t>(), one.at("dkLen").to_number<std::size_t>());
      EXPECT_EQ(key, unhex(one.at("dk"))) << "tcId " << one.at("tcId");
      ++count;
    }
  }
  EXPECT_EQ(count, vectors->at("numberOfTests").to_number<std::size_t>());
}

}  // namespace
}  // namespace gatehouse::passwords
