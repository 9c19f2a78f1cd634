#include "passwords/front_coded_words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "support/places.hpp"

namespace gatehouse::passwords {
namespace {

std::vector<std::string> published_words() {
  std::ifstream file{testing::source_folder() / "third_party" / "zxcvbn" / "passwords.txt"};
  std::vector<std::string> words;
  for (std::string line; std::getline(file, line);) words.push_back(line);
  return words;
}

TEST(FrequentPasswords, EveryPublishedOne_IsFound) {
  const auto words = published_words();
  EXPECT_EQ(words.size(), 11'611u);
  EXPECT_EQ(frequent_passwords().words(), words.size());
  for (const std::string& word : words) {
    EXPECT_TRUE(frequent_passwords().contains(word)) << word;
    EXPECT_GE(word.size(), 8u) << word;
  }
}

TEST(FrequentPasswords, NearMisses_AreNotFound) {
  const auto words = published_words();
  const auto is_published = [&words](const std::string& word) { return std::ranges::binary_search(words, word); };
  const auto expect_as_published = [&](const std::string& word) {
    EXPECT_EQ(frequent_passwords().contains(word), is_published(word)) << word;
  };
  for (const std::string& word : words) {
    expect_as_published(word + "x");
    expect_as_published("x" + word);
    expect_as_published(word.substr(0, word.size() - 1));
    expect_as_published(word.substr(1));
    std::string other = word;
    ++other.back();
    expect_as_published(other);
    other.front() = 'Z';
    expect_as_published(other);
  }
}

TEST(FrequentPasswords, WhatNoWordIs_IsNotFound) {
  for (const char* text : {"", " ", "\x01", "~~~~~~~~~~", "zzzzzzzzzzzzzzzz", "\xFF\xFE", "p\u00E4ssword"}) {
    EXPECT_FALSE(frequent_passwords().contains(text)) << text;
  }
  EXPECT_FALSE(frequent_passwords().contains(std::string(100'000, 'a')));
  EXPECT_FALSE(frequent_passwords().contains(std::string{"password\0", 9}));
}

TEST(FrequentPasswords, TheBlock_IsSmall) { EXPECT_LE(frequent_passwords().bytes(), 60'000u); }

}  // namespace
}  // namespace gatehouse::passwords
