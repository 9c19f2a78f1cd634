#include "users/record_writer.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "users/record_reader.hpp"

namespace gatehouse::users {
namespace {

UserRecord record_with_everything() {
  UserRecord record;
  record.email = "ada@example.com";
  record.first_name = "Ada \"the\" first, of\nher name";
  record.last_name = "L\u00e9";
  record.password_hash = "0a";
  record.salt = "5a";
  record.hash_format = "express";
  record.password.emplace("canary");
  record.email_verified = true;
  record.created_at = from_unix_us(1'582'970'400'123'456);
  record.disabled = false;
  return record;
}

TEST(RecordWriter, Json_HasWhatIsAskedFor) {
  std::string out;
  append_record_header(out, {});
  append_record(out, record_with_everything(), {});
  EXPECT_EQ(out, R"({"email":"ada@example.com","first_name":"Ada \"the\" first, of\nher name","last_name":"L)"
                 "\u00e9"
                 R"(","email_verified":true,"created_at":"2020-02-29T10:00:00.123456Z","disabled":false,)"
                 R"("locale":null})"
                 "\n");
}

TEST(RecordWriter, Csv_HasWhatIsAskedFor) {
  const ExportTerms terms{.format = RecordFormat::csv, .has_hashes = true};
  std::string out;
  append_record_header(out, terms);
  append_record(out, record_with_everything(), terms);
  EXPECT_EQ(out,
            "email,first_name,last_name,password_hash,salt,hash_format,email_verified,created_at,disabled,locale\r\n"
            "ada@example.com,\"Ada \"\"the\"\" first, of\nher name\",L\u00e9,0a,5a,express,true,"
            "2020-02-29T10:00:00.123456Z,false,\r\n");
}

TEST(RecordWriter, WhatIsWritten_IsReadAgain) {
  for (const RecordFormat format : {RecordFormat::jsonl, RecordFormat::csv}) {
    const ExportTerms terms{.format = format, .has_hashes = true};
    std::string out;
    append_record_header(out, terms);
    const std::size_t begin = out.size();
    append_record(out, record_with_everything(), terms);
    std::istringstream in{out};
    RecordReader reader{in, format};
    ASSERT_TRUE(reader.begin());
    const auto read = reader.next();
    ASSERT_TRUE(read && read->content);
    EXPECT_FALSE(read->content->password);
    std::string again;
    append_record(again, *read->content, terms);
    EXPECT_EQ(again, out.substr(begin));
  }
}

}  // namespace
}  // namespace gatehouse::users
