#include "support/vectors.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdint>
#include <string>

#include "passwords/hashing.hpp"

namespace gatehouse::passwords {

using namespace gatehouse::testing;
namespace {

TEST(LegacyPasswordHashes, EachRightPasswordMatches_AChangedOneDoesNot) {
  const auto vectors = load_vectors("express/password-hashes.json");
  const auto& cases = vectors.at("cases").as_array();
  ASSERT_GE(cases.size(), 200u);
  for (const auto& one : cases) {
    std::string password = text_of(one, "password");
    const auto stored = parse_express(text_of(one, "password_hash"), text_of(one, "salt"));
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
  const auto vectors = load_vectors("wycheproof/pbkdf2_hmacsha512_test.json");
  std::size_t count = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    for (const auto& one : group.at("tests").as_array()) {
      ASSERT_EQ(text_of(one, "result"), "valid") << one;
      const auto key =
          pbkdf2_sha512(bytes_of(one, "password"), bytes_of(one, "salt"),
                        one.at("iterationCount").to_number<std::uint32_t>(), one.at("dkLen").to_number<std::size_t>());
      EXPECT_EQ(key, bytes_of(one, "dk")) << "tcId " << one.at("tcId");
      ++count;
    }
  }
  EXPECT_EQ(count, vectors.at("numberOfTests").to_number<std::size_t>());
}

}  // namespace
}  // namespace gatehouse::passwords
