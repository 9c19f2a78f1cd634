#include "json/reader.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/json_transcript.hpp"

namespace gatehouse::json {
namespace {

/// What is heard, or "refused", by the fast path and the general path, which agree.
std::string read(std::string_view text, const Limits& limits = small_limits) {
  const test::JsonReading reading = test::read_json(text, limits);
  EXPECT_EQ(reading, test::read_any_json(text, limits)) << text;
  return reading.outcome == Outcome::complete ? reading.heard : "refused";
}

test::JsonReading read_on(std::string_view text) { return test::read_json(text, widest_limits, true); }

std::string fault(Fault fault) { return "fault " + std::to_string(static_cast<int>(fault)) + ';'; }

TEST(JsonReader, ScalarsAndLists_AreHeardInOrder) {
  EXPECT_EQ(read(R"({"a":"x","b":-5,"c":["y",7],"d":true,"e":null,"f":false})"),
            R"(a="x";b=-5;c=["y",7,];d=true;e=null;f=false;)");
  EXPECT_EQ(read("{}"), "");
  EXPECT_EQ(read(" \t\r\n{ \"a\" : 1 , \"b\"\n:\"\"} \n"), "a=1;b=\"\";");
  EXPECT_EQ(read(R"({"a":[]})"), "a=[];");
}

TEST(JsonReader, NumbersThatAreNo64BitIntegers_AreOthers) {
  EXPECT_EQ(read(R"({"a":1.5,"b":1e3,"c":18446744073709551615,"d":99999999999999999999})"),
            "a=other;b=other;c=other;d=other;");
  EXPECT_EQ(read(R"({"a":9223372036854775807,"b":-9223372036854775808,"c":0,"d":999999999999999999})"),
            "a=9223372036854775807;b=-9223372036854775808;c=0;d=999999999999999999;");
}

TEST(JsonReader, Escapes_AreResolvedInNamesAndTexts) {
  EXPECT_EQ(read(R"({"\u0061lg":"\u004eone\n\u00e9","list":["\ud83d\udd11"]})"),
            "alg=\"None\n\xC3\xA9\";list=[\"🔑\",];");
}

/// Keeps names and texts as it hears them.
struct Keeper {
  std::vector<std::string_view> kept;
  bool on_name(std::string_view name) { return kept.push_back(name), true; }
  bool on_value(const Scalar& value) { return kept.push_back(std::get<std::string_view>(value)), true; }
  bool on_list() { return true; }
  bool on_entry(const Scalar&) { return true; }
  bool on_fault(Fault) { return false; }
};

TEST(JsonReader, CopiedSink_PointedAtTheOneItWasCopiedFrom) {
  Keeper meant;
  Keeper other;
  AnySink original{meant};
  AnySink copy{original};
  original = AnySink{other};
  EXPECT_TRUE(copy.on_name("name"));
  EXPECT_EQ(meant.kept, std::vector<std::string_view>{"name"});
  EXPECT_TRUE(other.kept.empty());
}

TEST(JsonReader, ViewsOfEscapedTexts_LastAsLongAsTheBuffer) {
  TextBuffer texts;
  Keeper keeper;
  EXPECT_EQ(
      json::read(R"({"\u0061":"\u0062","c":"d","\u0065":"a long text with an end\n"})", small_limits, texts, keeper),
      Outcome::complete);
  EXPECT_EQ(keeper.kept, (std::vector<std::string_view>{"a", "b", "c", "d", "e", "a long text with an end\n"}));
}

TEST(JsonReader, MemberTwice_IsRefusedHoweverItIsSpelled) {
  EXPECT_EQ(read(R"({"alg":"a","alg":"b"})"), "refused");
  EXPECT_EQ(read(R"({"alg":"a","x":1,"\u0061lg":"b"})"), "refused");
  EXPECT_EQ(read(R"({"a":[1],"a":[2]})"), "refused");
  EXPECT_EQ(read(R"({"":1,"":2})"), "refused");
  EXPECT_EQ(read(R"({"abc":1,"adc":2,"ac":3})"), "abc=1;adc=2;ac=3;");
}

TEST(JsonReader, WhatIsNoFlatObject_IsRefused) {
  for (const std::string_view text : {"",
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
                                      "{},",
                                      R"({a:1})",
                                      R"({'a':1})",
                                      R"({"a":01})",
                                      R"({"a":00})",
                                      R"({"a":-})",
                                      R"({"a":.5})",
                                      R"({"a":1.})",
                                      R"({"a":+1})",
                                      R"({"a":1/**/})",
                                      R"({"a":NaN})",
                                      R"({"a":nul})",
                                      R"({"a":nulll})",
                                      R"({"a":True})",
                                      R"({"a":"\x"})",
                                      "{\"a\":\"\n\"}",
                                      R"({"a" 1})",
                                      R"({,})",
                                      R"({"a":1 "b":2})",
                                      "\xEF\xBB\xBF{}"}) {
    EXPECT_EQ(read(text), "refused") << text;
  }
}

TEST(JsonReader, TextCutAnywhere_IsRefused) {
  for (const std::string_view whole :
       {R"({"session":"abcdefghijklmnopqrstuvwxyz","n":-12,"l":["x",true],"e":"\u00e9\ud83d\udd11\n"})",
        R"( { "iss" : "https://auth.example.com" , "sub":"1", "exp":1700000000, "ok":true } )"}) {
    EXPECT_NE(read(whole), "refused");
    for (std::size_t length = 0; length < whole.find_last_of('}'); ++length) {
      EXPECT_EQ(read(whole.substr(0, length)), "refused") << whole.substr(0, length);
    }
  }
}

TEST(JsonReader, BytesThatAreNotUtf8_AreRefused) {
  EXPECT_EQ(read("{\"a\":\"\xff\"}"), "refused");
  EXPECT_EQ(read("{\"a\":\"\xc0\x80\"}"), "refused");
  EXPECT_EQ(read("{\"\xed\xa0\x80\":1}"), "refused");
  EXPECT_EQ(read("{\"a\":[\"\xff\"]}"), "refused");
  EXPECT_EQ(read("{\"a\":1}\xff"), "refused");
}

TEST(JsonReader, NulAndHalfSurrogates_AreRefused) {
  EXPECT_EQ(read(R"({"a":"b\u0000"})"), "refused");
  EXPECT_EQ(read(std::string_view{"{\"a\":\"\0\"}", 9}), "refused");
  for (const std::string_view half :
       {R"({"a":"\ud800"})", R"({"a":"\udc00"})", R"({"a":"\uD8FFx"})", R"({"\ud800":1})"}) {
    EXPECT_EQ(read(half), "refused") << half;
  }
}

TEST(JsonReader, SmallLimits_HoldExactly) {
  const std::string longest_name(small_limits.name_bytes_max, 'n');
  const std::string longest_text(small_limits.text_bytes_max, 't');
  EXPECT_NE(read("{\"" + longest_name + "\":1}"), "refused");
  EXPECT_EQ(read("{\"" + longest_name + "n\":1}"), "refused");
  EXPECT_EQ(read("{\"\\n" + longest_name + "\":1}"), "refused");
  EXPECT_NE(read("{\"a\":\"" + longest_text + "\"}"), "refused");
  EXPECT_EQ(read("{\"a\":\"" + longest_text + "t\"}"), "refused");
  EXPECT_EQ(read("{\"a\":\"\\n" + longest_text + "\"}"), "refused");
}

std::string object_of(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":0";
  return text + "}";
}

std::string list_of(std::size_t entries) {
  std::string text = "{\"a\":[";
  for (std::size_t i = 0; i < entries; ++i) text += i == 0 ? "0" : ",0";
  return text + "]}";
}

TEST(JsonReader, MembersAndEntries_AreCounted) {
  for (const Limits& limits : {small_limits, widest_limits}) {
    EXPECT_NE(read(object_of(limits.members_max), limits), "refused");
    EXPECT_EQ(read(object_of(limits.members_max + 1), limits), "refused");
    EXPECT_NE(read(list_of(limits.list_entries_max), limits), "refused");
    EXPECT_EQ(read(list_of(limits.list_entries_max + 1), limits), "refused");
  }
}

TEST(JsonReader, SinkThatStops_EndsTheReading) {
  EXPECT_EQ(test::read_json(R"({"stop":1,"a":2})", small_limits).outcome, Outcome::stopped);
  EXPECT_EQ(test::read_any_json(R"({"stop":1,"a":2})", small_limits).outcome, Outcome::stopped);
  EXPECT_EQ(test::read_json(R"({"forbidden":{"nested":[1]}})", small_limits).outcome, Outcome::stopped);
  EXPECT_EQ(test::read_json(R"({"forbidden":1})", small_limits).outcome, Outcome::stopped);
}

TEST(JsonReader, SinkThatBearsFaults_HearsOfEachMember) {
  const auto reading = read_on(R"({"a":{"x":["y",{}]},"b":[1,[2]],"c":"\u0000","a":1,"d":"ok"})");
  EXPECT_EQ(reading.outcome, Outcome::complete);
  EXPECT_EQ(reading.heard, "a=" + fault(Fault::nested) + "b=[1," + fault(Fault::nested) +
                               "];c=" + fault(Fault::holds_nul) + "a=" + fault(Fault::given_twice) + "1;d=\"ok\";");
  EXPECT_EQ(read_on("{\"a\":\"\xff\",\"\xff\":1}").heard,
            "a=" + fault(Fault::not_unicode) + "\xff=" + fault(Fault::not_unicode) + "1;");
}

TEST(JsonReader, HalfASurrogate_IsToldApartInsideAValue) {
  EXPECT_EQ(read_on(R"({"a":"\ud800"})").outcome, Outcome::broken_text);
  EXPECT_EQ(read_on(R"({"a":"x\udc00y"})").outcome, Outcome::broken_text);
  EXPECT_EQ(read_on(R"({"a":["\ud800"]})").outcome, Outcome::broken_text);
  EXPECT_EQ(read_on(R"({"a":{"\ud800":1}})").outcome, Outcome::broken_text);
  EXPECT_EQ(read_on(R"({"a":1,"\ud800":1})").outcome, Outcome::malformed);
  EXPECT_EQ(read_on(R"({"a":[],"\ud800":1})").outcome, Outcome::malformed);
  EXPECT_EQ(read_on(R"({"a":"b)").outcome, Outcome::malformed);
}

TEST(JsonReader, NestingBeyondTheLimit_IsMalformed) {
  const auto nested = [](std::size_t depth) {
    return read_on("{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}").outcome;
  };
  EXPECT_EQ(nested(widest_limits.depth_max), Outcome::complete);
  EXPECT_EQ(nested(widest_limits.depth_max + 1), Outcome::malformed);
}

}  // namespace
}  // namespace gatehouse::json
