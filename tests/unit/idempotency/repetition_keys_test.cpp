#include "idempotency/repetition_keys.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "idempotency/request_key.hpp"

namespace gatehouse::idempotency {
namespace {

std::vector<SecretString> secrets(std::initializer_list<std::string_view> texts) {
  std::vector<SecretString> list;
  for (const std::string_view text : texts) list.emplace_back(text);
  return list;
}

class RepetitionKeysTest : public ::testing::Test {
 protected:
  static KeyedRequest request(std::string key = "k", std::string principal = "env API_KEY") {
    return {.principal = std::move(principal),
            .key = std::move(key),
            .fingerprint = fingerprint_of({.method = "POST", .path = "/api-keys"}, "{}"),
            .status = 201};
  }

  crypto::SystemRandom random_;
  RepetitionKeys keys_{secrets({"first secret"})};
  RepetitionKeys rotated_{secrets({"second secret", "first secret"})};
  RepetitionKeys foreign_{secrets({"second secret"})};
};

TEST_F(RepetitionKeysTest, Mark_IsOfOneFingerprintAndOneSecret) {
  const std::string mark = keys_.mark(request().fingerprint);
  EXPECT_EQ(mark.size(), 32U);
  EXPECT_NE(mark, request().fingerprint);
  EXPECT_TRUE(keys_.is_mark_of(mark, request().fingerprint));
  EXPECT_FALSE(keys_.is_mark_of(mark, std::string(32, 'x')));
  EXPECT_FALSE(foreign_.is_mark_of(mark, request().fingerprint));
}

TEST_F(RepetitionKeysTest, SecretBefore_IsGoodAfterARotation) {
  EXPECT_TRUE(rotated_.is_mark_of(keys_.mark(request().fingerprint), request().fingerprint));
  const std::string sealed = keys_.seal(request(), "answer", random_);
  EXPECT_EQ(rotated_.open(request(), sealed).value().reveal(), "answer");
  EXPECT_FALSE(foreign_.open(request(), sealed));
}

TEST_F(RepetitionKeysTest, SealedAnswer_ShowsNothing) {
  const std::string sealed = keys_.seal(request(), "a long enough answer", random_);
  EXPECT_EQ(sealed.find("answer"), std::string::npos);
}

TEST_F(RepetitionKeysTest, SealedAnswer_OpensForItsRequestOnly) {
  const std::string sealed = keys_.seal(request(), "answer", random_);
  EXPECT_FALSE(keys_.open(request("other"), sealed));
  EXPECT_FALSE(keys_.open(request("k", "db 0123456789"), sealed));
  KeyedRequest other = request();
  other.fingerprint[0] ^= 1;
  EXPECT_FALSE(keys_.open(other, sealed));
}

TEST_F(RepetitionKeysTest, AlteredOrShortBytes_AreRefused) {
  const std::string sealed = keys_.seal(request(), "answer", random_);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] ^= 1;
    EXPECT_FALSE(keys_.open(request(), altered)) << i;
  }
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(keys_.open(request(), sealed.substr(0, length))) << length;
  }
}

}  // namespace
}  // namespace gatehouse::idempotency
