#include "users/user_record.hpp"

#include <gtest/gtest.h>

namespace gatehouse::users {
namespace {

RecordFault fault_of_json(std::string_view line) { return read_json_record(line).error(); }

TEST(UserRecord, EveryFieldOfJson_IsRead) {
  const auto record = read_json_record(
      R"({"email":"ada@example.com","first_name":"Ada","last_name":"L\u00e9","password_hash":"$h","salt":"s",)"
      R"("hash_format":"phc","password":"correct horse","email_verified":true,"created_at":"2020-02-29T10:00:00Z",)"
      R"("disabled":false,"locale":"de"})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->email, "ada@example.com");
  EXPECT_EQ(record->first_name, "Ada");
  EXPECT_EQ(record->last_name, "L\u00e9");
  EXPECT_EQ(record->password_hash, "$h");
  EXPECT_EQ(record->salt, "s");
  EXPECT_EQ(record->hash_format, "phc");
  EXPECT_EQ(record->password->reveal(), "correct horse");
  EXPECT_EQ(record->email_verified, true);
  EXPECT_EQ(to_iso8601(*record->created_at), "2020-02-29T10:00:00.000Z");
  EXPECT_EQ(record->disabled, false);
  EXPECT_EQ(record->locale, "de");
}

TEST(UserRecord, NullInJson_SaysNothing) {
  const auto record = read_json_record(R"({"email":"ada@example.com","first_name":null,"disabled":null})");
  ASSERT_TRUE(record);
  EXPECT_FALSE(record->first_name);
  EXPECT_FALSE(record->disabled);
}

TEST(UserRecord, FaultsOfJson_NameTheField) {
  EXPECT_EQ(fault_of_json(R"({"emial":"a@b.c"})"), (RecordFault{"emial", "unknown_field"}));
  EXPECT_EQ(fault_of_json(R"({"email":1})"), (RecordFault{"email", "wrong_type"}));
  EXPECT_EQ(fault_of_json(R"({"email":["a"]})"), (RecordFault{"email", "wrong_type"}));
  EXPECT_EQ(fault_of_json(R"({"email":{"a":1}})"), (RecordFault{"email", "wrong_type"}));
  EXPECT_EQ(fault_of_json(R"({"email":true})"), (RecordFault{"email", "wrong_type"}));
  EXPECT_EQ(fault_of_json(R"({"disabled":"true"})"), (RecordFault{"disabled", "wrong_type"}));
  EXPECT_EQ(fault_of_json(R"({"email":"a@b.c","email":"a@b.c"})"), (RecordFault{"email", "duplicate"}));
  EXPECT_EQ(fault_of_json(R"({"email":"a\u0000"})"), (RecordFault{"email", "nul_character"}));
  EXPECT_EQ(fault_of_json("{\"email\":\"\xff\"}"), (RecordFault{"email", "not_unicode"}));
  EXPECT_EQ(fault_of_json(R"({"created_at":"yesterday"})"), (RecordFault{"created_at", "invalid"}));
}

TEST(UserRecord, WhatIsNoObject_IsInvalidJson) {
  for (const char* line : {"", "x", "[]", R"("text")", R"({"email":"a@b.c")", R"({"email":"a@b.c"} x)"}) {
    EXPECT_EQ(fault_of_json(line), (RecordFault{"", "invalid_json"})) << line;
  }
}

TEST(UserRecord, CellsOfTruthAndTime_AreRead) {
  UserRecord record;
  for (const char* yes : {"true", "TRUE", "1"}) {
    EXPECT_EQ(store_text(record, *find_record_field("disabled"), yes), "");
    EXPECT_EQ(record.disabled, true) << yes;
  }
  for (const char* no : {"false", "False", "0"}) {
    EXPECT_EQ(store_text(record, *find_record_field("disabled"), no), "");
    EXPECT_EQ(record.disabled, false) << no;
  }
  EXPECT_EQ(store_text(record, *find_record_field("disabled"), "maybe"), "wrong_type");
  EXPECT_EQ(store_text(record, *find_record_field("created_at"), "2020-01-01"), "");
  EXPECT_EQ(store_text(record, *find_record_field("created_at"), "01.01.2020"), "invalid");
  EXPECT_EQ(store_text(record, *find_record_field("first_name"), "\xc3"), "not_unicode");
  EXPECT_EQ(store_text(record, *find_record_field("first_name"), std::string_view{"a\0b", 3}), "nul_character");
}

TEST(SplitCsv, Cells_AreAsRfc4180HasThem) {
  EXPECT_EQ(split_csv("a,b,c"), (CsvCells{"a", "b", "c"}));
  EXPECT_EQ(split_csv(""), (CsvCells{""}));
  EXPECT_EQ(split_csv(",,"), (CsvCells{"", "", ""}));
  EXPECT_EQ(split_csv(R"("a,b","say ""x""",c)"), (CsvCells{"a,b", R"(say "x")", "c"}));
  EXPECT_EQ(split_csv("\"two\nlines\",\"\""), (CsvCells{"two\nlines", ""}));
}

TEST(SplitCsv, QuotationMarkInTheWrongPlace_IsRefused) {
  for (const char* record : {R"(a"b)", R"("a"b)", R"("a)", R"("a"")", R"(a,"b" ,c)"}) {
    EXPECT_FALSE(split_csv(record)) << record;
  }
}

}  // namespace
}  // namespace gatehouse::users
