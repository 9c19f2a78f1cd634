#include "idempotency/request_key.hpp"

#include <gtest/gtest.h>

#include "crypto/sha256.hpp"

namespace gatehouse::idempotency {
namespace {

TEST(RequestKeyTest, StringAndBareForm_AreTheSameKey) {
  EXPECT_EQ(read_request_key("\"8e03978e\""), "8e03978e");
  EXPECT_EQ(read_request_key("8e03978e"), "8e03978e");
}

TEST(RequestKeyTest, EscapesOfAString_StandForOneCharacter) { EXPECT_EQ(read_request_key(R"("a\"b\\c")"), R"(a"b\c)"); }

TEST(RequestKeyTest, AnyPrintableCharacter_IsTaken) {
  EXPECT_EQ(read_request_key("a b,c;d=e"), "a b,c;d=e");
  EXPECT_EQ(read_request_key("a\"b\\c"), "a\"b\\c") << "a bare text has no escapes";
}

TEST(RequestKeyTest, EmptyOrTooLong_IsRefused) {
  EXPECT_FALSE(read_request_key(""));
  EXPECT_FALSE(read_request_key("\"\""));
  EXPECT_TRUE(read_request_key(std::string(255, 'x')));
  EXPECT_FALSE(read_request_key(std::string(256, 'x')));
  EXPECT_TRUE(read_request_key('"' + std::string(255, 'x') + '"'));
  EXPECT_FALSE(read_request_key('"' + std::string(256, 'x') + '"'));
}

TEST(RequestKeyTest, OtherCharacters_AreRefused) {
  for (const std::string_view value : {"a\tb", "a\x7f", "caf\xc3\xa9", "\"a\tb\""}) {
    EXPECT_FALSE(read_request_key(value)) << value;
  }
}

TEST(RequestKeyTest, BrokenString_IsRefused) {
  for (const std::string_view value : {"\"", "\"a", "\"a\\\"", "\"a\"b\"", "\"a\\b\"", "\"a\";b=1"}) {
    EXPECT_FALSE(read_request_key(value)) << value;
  }
}

TEST(FingerprintTest, IsOfEachByte) {
  const RequestLine line{.method = "POST", .path = "/users"};
  EXPECT_EQ(fingerprint_of(line, "{}"), crypto::sha256("POST\n/users\n{}"));
  EXPECT_NE(fingerprint_of(line, "{}"), fingerprint_of(line, "{ }"));
  EXPECT_NE(fingerprint_of(line, "{}"), fingerprint_of({.method = "POST", .path = "/api-keys"}, "{}"));
  EXPECT_NE(fingerprint_of(line, "{}"), fingerprint_of({.method = "PUT", .path = "/users"}, "{}"));
}

}  // namespace
}  // namespace gatehouse::idempotency
