#include "database/postgres/binary_format.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace gatehouse::database::postgres {
namespace {

using namespace std::string_view_literals;

TEST(BinaryFormat_Times, AreCountedFrom2000) {
  EXPECT_EQ(to_postgres_us(946'684'800'000'000), 0);
  EXPECT_EQ(to_unix_us_from_postgres(0), 946'684'800'000'000);
  EXPECT_EQ(to_unix_us_from_postgres(to_postgres_us(-1)), -1);
}

TEST(BinaryFormat_Times, EndsOfTheRange_SaturateInsteadOfOverflowing) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(to_postgres_us(most), most);
  EXPECT_EQ(to_postgres_us(least), least);
  EXPECT_EQ(to_postgres_us(least + 1), least);
  EXPECT_EQ(to_unix_us_from_postgres(most), most);
  EXPECT_EQ(to_unix_us_from_postgres(most - 1), most);
  EXPECT_EQ(to_unix_us_from_postgres(least), least);
}

TEST(BinaryFormat_ReadInteger, EveryWidth_KeepsItsSign) {
  EXPECT_EQ(read_integer("\x01"sv), 1);
  EXPECT_EQ(read_integer("\xff\xfe"sv), -2);
  EXPECT_EQ(read_integer("\x00\x00\x01\x00"sv), 256);
  EXPECT_EQ(read_integer("\xff\xff\xff\xff"sv), -1);
  EXPECT_EQ(read_integer("\x80\x00\x00\x00\x00\x00\x00\x00"sv), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(read_integer("\x7f\xff\xff\xff\xff\xff\xff\xff"sv), std::numeric_limits<std::int64_t>::max());
}

TEST(EncodedParameters, EachKindOfValue_HasItsTypeAndBytes) {
  const Parameters parameters{std::int64_t{258}, std::string{"text"}, from_unix_us(postgres_epoch_us + 1),
                              Blob{std::string("\0\1", 2)}, std::monostate{}};
  EncodedParameters encoded;
  encoded.assign(parameters);
  ASSERT_EQ(encoded.count(), 5);
  const std::uint32_t types[] = {20, 25, 1184, 17, 0};
  const std::string_view bytes[] = {"\0\0\0\0\0\0\1\2"sv, "text"sv, "\0\0\0\0\0\0\0\1"sv, "\0\1"sv};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(encoded.types()[i], types[i]) << i;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ((std::string_view{encoded.values()[i], static_cast<std::size_t>(encoded.lengths()[i])}), bytes[i]) << i;
  }
  EXPECT_EQ(encoded.values()[4], nullptr);
}

TEST(EncodedParameters, EmptyTextAndBlob_AreNotNull) {
  const Parameters parameters{std::string{}, Blob{}};
  EncodedParameters encoded;
  encoded.assign(parameters);
  EXPECT_NE(encoded.values()[0], nullptr);
  EXPECT_NE(encoded.values()[1], nullptr);
}

TEST(EncodedParameters, AssignedAgain_ForgetsTheFormerOnes) {
  const Parameters first{std::int64_t{1}, std::int64_t{2}};
  const Parameters second{std::string{"x"}};
  EncodedParameters encoded;
  encoded.assign(first);
  encoded.assign(second);
  EXPECT_EQ(encoded.count(), 1);
  EXPECT_EQ(encoded.types()[0], 25U);
}

}  // namespace
}  // namespace gatehouse::database::postgres
