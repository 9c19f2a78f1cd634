#include "database/postgres/copy_format.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace gatehouse::database::postgres {
namespace {

using namespace std::string_literals;

const std::string beginning = "PGCOPY\n\377\r\n\0"s + std::string(8, '\0');
const std::string ending = "\377\377";

TEST(CopyFormat, NoRows_AreABeginningAndAnEnd) { EXPECT_EQ(encode_copy({}), beginning + ending); }

TEST(CopyFormat, Values_StandBehindTheirLengths) {
  const std::vector<Parameters> rows{{std::int64_t{258}, "text"s, std::monostate{}},
                                     {from_unix_us(946'684'800'000'001), Blob{"\0b"s}}};
  const std::string first = "\0\3"s + "\0\0\0\10"s + "\0\0\0\0\0\0\1\2"s + "\0\0\0\4text"s + "\377\377\377\377";
  const std::string second = "\0\2"s + "\0\0\0\10"s + "\0\0\0\0\0\0\0\1"s + "\0\0\0\2\0b"s;
  EXPECT_EQ(encode_copy(rows), beginning + first + second + ending);
}

}  // namespace
}  // namespace gatehouse::database::postgres
