#include "config/secret_strength.hpp"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

TEST(SecretStrength, RandomSecrets_Pass) {
  for (const char* secret :
       {"qpZ3vN0c7eW1sYxT9bKdR4uHgLfJm2Aa", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "correct horse battery staple, said nobody"}) {
    EXPECT_EQ(weakness_of(secret), SecretWeakness::none) << secret;
  }
}

TEST(SecretStrength, RandomSecretWithAnExamplesWordInside_WasRefused) {
  EXPECT_EQ(weakness_of("qpZ3vN0c7eW1sYour-xT9bKdR4uHgLfJm2Aa"), SecretWeakness::none);
  EXPECT_EQ(weakness_of("qpZ3vN0c7eW1s-HeRe_T9bKdR4uHgLfJm2Aa"), SecretWeakness::none);
}

TEST(SecretStrength, OneByteTooShort_IsTooShort) {
  EXPECT_EQ(weakness_of("qpZ3vN0c7eW1sYxT9bKdR4uHgLfJm2A"), SecretWeakness::too_short);
  EXPECT_EQ(weakness_of(""), SecretWeakness::too_short);
}

TEST(SecretStrength, ExamplesOfTheExpressDocuments_AreExamples) {
  for (const char* secret :
       {"your-secure-api-key-here", "your-jwt-secret-key-change-in-production",
        "your-session-secret-key-change-in-production", "prod-secure-key-32-chars-long",
        "prod-jwt-secret-64-chars-long", "prod-session-secret-64-chars-long", "my-own-thing-CHANGE-IN-PRODUCTION",
        "changeme-changeme-changeme-changeme1", "Your-Own-Secret-With-Many-Characters-1234"}) {
    EXPECT_EQ(weakness_of(secret), SecretWeakness::example) << secret;
  }
}

TEST(SecretStrength, RepetitionsAndSequences_ArePredictable) {
  for (const char* secret : {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababababababababab",
                             "k9Xw2PqLk9Xw2PqLk9Xw2PqLk9Xw2PqL", "0123456789abcdefghijklmnopqrstuvw",
                             "zyxwvutsrqponmlkjihgfedcba9876543210", "1111222233334444555566667777111122"}) {
    EXPECT_EQ(weakness_of(secret), SecretWeakness::predictable) << secret;
  }
}

}  // namespace
}  // namespace gatehouse::config
