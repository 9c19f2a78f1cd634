#include "base/base64url.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace gatehouse {
namespace {

// RFC 4648 section 10, without the padding that RFC 7515 leaves out.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> rfc4648{{{"", ""},
                                                                                {"f", "Zg"},
                                                                                {"fo", "Zm8"},
                                                                                {"foo", "Zm9v"},
                                                                                {"foob", "Zm9vYg"},
                                                                                {"fooba", "Zm9vYmE"},
                                                                                {"foobar", "Zm9vYmFy"}}};

TEST(Base64Url, Rfc4648Vectors_EncodeAndDecode) {
  for (const auto& [bytes, text] : rfc4648) {
    EXPECT_EQ(to_base64url(bytes), text);
    EXPECT_EQ(from_base64url(text), bytes);
    EXPECT_EQ(base64url_length(bytes.size()), text.size());
  }
}

TEST(Base64Url, AllLetters_RoundTrip) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const auto bytes = from_base64url(letters);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->size(), 48U);
  EXPECT_EQ(to_base64url(*bytes), letters);
}

TEST(Base64Url, EveryByteThatIsNoLetter_IsRefusedInEveryPlace) {
  static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (unsigned value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    if (letters.find(c) != std::string_view::npos) continue;
    for (std::size_t place = 0; place < 7; ++place) {
      std::string text = "AAAAAAA";
      text[place] = c;
      EXPECT_FALSE(from_base64url(text)) << value << " at " << place;
    }
  }
}

TEST(Base64Url, PaddingSpacesAndImpossibleLengths_AreRefused) {
  for (const std::string_view text : {"Zg==", "Zm8=", "Zm9v====", " Zm9v", "Zm9v ", "Zm 9v", "Zm9v\n", "Z", "Zm9vZ"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(Base64Url, UnusedBitsSet_AreRefused) {
  // Of the 16 texts that differ from "Zg" only in unused bits, one is right; so is one of the 4 for "Zm8".
  int accepted = 0;
  for (const char last : std::string_view{"ghijklmnopqrstuv"}) {
    accepted += from_base64url(std::string{'Z', last}) ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
  accepted = 0;
  for (const char last : std::string_view{"89-_"}) accepted += from_base64url(std::string{"Zm"} + last) ? 1 : 0;
  EXPECT_EQ(accepted, 1);
}

TEST(Base64Url, TextLargerThanTheBuffer_IsRefusedAndNothingIsWrittenPastIt) {
  std::array<char, 4> buffer{'x', 'x', 'x', 'x'};
  EXPECT_FALSE(decode_base64url("Zm9vYg", buffer.data(), 3));
  EXPECT_EQ(buffer[3], 'x');
  EXPECT_EQ(decode_base64url("Zm9v", buffer.data(), 3), 3U);
  EXPECT_EQ(buffer[3], 'x');
}

TEST(Base64Url, EveryLength_RoundTrips) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64Url, Append_KeepsWhatWasThere) {
  std::string out = "kept.";
  append_base64url(out, "foo");
  EXPECT_EQ(out, "kept.Zm9v");
}

}  // namespace
}  // namespace gatehouse
