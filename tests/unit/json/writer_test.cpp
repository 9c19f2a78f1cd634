#include "json/writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <utility>

namespace gatehouse::json {
namespace {

TEST(JsonWriter, ObjectsAndArrays_AreNestedWithTheirCommas) {
  std::string out;
  Writer(out)
      .begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .begin_object()
      .end_object()
      .value("x")
      .begin_array()
      .end_array()
      .value(true)
      .end_array()
      .member("c", nullptr)
      .end_object();
  EXPECT_EQ(out, R"({"a":1,"b":[{},"x",[],true],"c":null})");
}

TEST(JsonWriter, EveryKindOfValue_IsWritten) {
  std::string out;
  Writer(out)
      .begin_array()
      .value(std::numeric_limits<std::int64_t>::min())
      .value(std::numeric_limits<std::uint64_t>::max())
      .value(std::string{"a\"b"})
      .value(false)
      .value(UserId{7})
      .value(from_unix_us(1737541800000000))
      .value(std::optional<std::string>{})
      .value(std::optional<std::string>{"text"})
      .json("1.500")
      .end_array();
  EXPECT_EQ(
      out,
      R"([-9223372036854775808,18446744073709551615,"a\"b",false,7,"2025-01-22T10:30:00.000Z",null,"text",1.500])");
}

TEST(JsonWriter, TextThatIsThereAlready_IsKept) {
  std::string out = "data: ";
  Writer(out).begin_object().member("a", "b").end_object();
  EXPECT_EQ(out, R"(data: {"a":"b"})");
}

TEST(JsonWriter, StringTakenBetweenTwoValues_GoesOnWithTheComma) {
  std::string out;
  Writer writer{out};
  writer.begin_array().value(1);
  std::string streamed = std::exchange(out, {});
  writer.value(2);
  streamed += std::exchange(out, {});
  writer.end_array();
  EXPECT_EQ(streamed + out, "[1,2]");
}

}  // namespace
}  // namespace gatehouse::json
