#include "json/flat_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::json {
namespace {

/// Writes what it is shown as `name=value;`, lists as `name[]=value;`.
class Transcript final : public FlatJsonVisitor {
 public:
  bool on_name(std::string_view name) override { return name != "forbidden"; }

  bool on_member(const FlatJsonMember& member) override {
    text += member.name;
    text += member.in_list ? "[]=" : "=";
    if (const auto* shown = std::get_if<std::string_view>(&member.value)) text += '"' + std::string{*shown} + '"';
    if (const auto* number = std::get_if<std::int64_t>(&member.value)) text += std::to_string(*number);
    text += ';';
    return member.name != "stop";
  }

  std::string text;
};

std::string read(std::string_view json) {
  Transcript transcript;
  return read_flat_json(json, transcript) ? transcript.text : "refused";
}

TEST(FlatJson, ScalarsAndLists_AreShownInOrder) {
  EXPECT_EQ(read(R"({"a":"x","b":-5,"c":["y",7],"d":true,"e":null})"), R"(a="x";b=-5;c[]="y";c[]=7;d=;e=;)");
  EXPECT_EQ(read("{}"), "");
  EXPECT_EQ(read(" \t\r\n{ \"a\" : 1 } \n"), "a=1;");
  EXPECT_EQ(read(R"({"a":[]})"), "");
}

TEST(FlatJson, NumbersThatAreNo64BitIntegers_AreNeither) {
  EXPECT_EQ(read(R"({"a":1.5,"b":1e3,"c":18446744073709551615,"d":99999999999999999999})"), "a=;b=;c=;d=;");
  EXPECT_EQ(read(R"({"a":9223372036854775807,"b":-9223372036854775808})"),
            "a=9223372036854775807;b=-9223372036854775808;");
}

TEST(FlatJson, Escapes_AreResolvedInNamesAndTexts) {
  EXPECT_EQ(read(R"({"\u0061lg":"\u004eone\n\u00e9"})"), "alg=\"None\n\xC3\xA9\";");
}

TEST(FlatJson, MemberTwice_IsRefusedHoweverItIsSpelled) {
  EXPECT_EQ(read(R"({"alg":"a","alg":"b"})"), "refused");
  EXPECT_EQ(read(R"({"alg":"a","x":1,"\u0061lg":"b"})"), "refused");
  EXPECT_EQ(read(R"({"a":[1],"a":[2]})"), "refused");
}

TEST(FlatJson, WhatIsNoFlatObject_IsRefused) {
  for (const std::string_view json : {"",
                                      " ",
                                      "null",
                                      "1",
                                      "\"a\"",
                                      "[]",
                                      "[{}]",
                                      R"({"a":{}})",
                                      R"({"a":[[]]})",
                                      R"({"a":[{}]})",
                                      "{",
                                      R"({"a")",
                                      R"({"a":)",
                                      R"({"a":1)",
                                      R"({"a":1,})",
                                      R"({"a":1}x)",
                                      "{}{}",
                                      R"({a:1})",
                                      R"({'a':1})",
                                      R"({"a":01})",
                                      R"({"a":1/**/})",
                                      R"({"a":NaN})",
                                      R"({"a":"\x"})",
                                      "{\"a\":\"\n\"}",
                                      "\xEF\xBB\xBF{}"}) {
    EXPECT_EQ(read(json), "refused") << json;
  }
}

TEST(FlatJson, BytesThatAreNotUtf8_AreRefused) {
  EXPECT_EQ(read("{\"a\":\"\xff\"}"), "refused");
  EXPECT_EQ(read("{\"a\":\"\xc0\x80\"}"), "refused");
  EXPECT_EQ(read("{\"\xed\xa0\x80\":1}"), "refused");
  EXPECT_EQ(read(R"({"a":"\ud800"})"), "refused");
}

TEST(FlatJson, Bounds_HoldExactly) {
  const std::string longest_name(flat_json_name_bytes_max, 'n');
  const std::string longest_text(flat_json_text_bytes_max, 't');
  EXPECT_NE(read("{\"" + longest_name + "\":1}"), "refused");
  EXPECT_EQ(read("{\"" + longest_name + "n\":1}"), "refused");
  EXPECT_NE(read("{\"a\":\"" + longest_text + "\"}"), "refused");
  EXPECT_EQ(read("{\"a\":\"" + longest_text + "t\"}"), "refused");
  EXPECT_EQ(read("{\"a\":\"\\n" + longest_text + "\"}"), "refused");

  std::string members = "{\"m0\":0";
  for (std::size_t i = 1; i < flat_json_members_max; ++i) members += ",\"m" + std::to_string(i) + "\":0";
  EXPECT_NE(read(members + "}"), "refused");
  EXPECT_EQ(read(members + ",\"one_more\":0}"), "refused");
}

TEST(FlatJson, VisitorRefusing_EndsTheReading) {
  EXPECT_EQ(read(R"({"stop":1,"a":2})"), "refused");
  EXPECT_EQ(read(R"({"forbidden":{"nested":[1]}})"), "refused");
}

}  // namespace
}  // namespace gatehouse::json
