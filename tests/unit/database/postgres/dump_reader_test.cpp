#include "database/postgres/dump_reader.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

constexpr std::string_view dump =
    "SET search_path = '';\n"
    "COPY public.devices (id, users) FROM stdin;\n"
    "COPY public.users (id) FROM stdin;\n"
    "\\.\n"
    "COPY public.gatehouse_migrations (name, batch, applied_at) FROM stdin;\n"
    "20250711_001_a\t1\t2026-01-01\n"
    "20250714_001_b\t1\t2026-01-01\n"
    "\\.\n"
    "COPY public.users (id, email) FROM stdin;\n"
    "1\tada@example.com\n"
    "2\tCOPY public.users (id) FROM stdin;\n"
    "3\t\\N\n"
    "\\.\n"
    "CREATE INDEX users_email ON public.users (email);\n";

void expect_whole(const DumpReader& reader) {
  EXPECT_EQ(reader.content().users, 3);
  EXPECT_EQ(reader.content().migrations, (std::vector<std::string>{"20250711_001_a", "20250714_001_b"}));
  EXPECT_EQ(reader.schema(), "public");
}

TEST(DumpReaderTest, Read_AtOnce_CountsUsersAndListsMigrations) {
  DumpReader reader;
  reader.read(dump);
  expect_whole(reader);
}

TEST(DumpReaderTest, Read_ByteByByte_FindsTheSame) {
  DumpReader reader;
  for (const char letter : dump) reader.read({&letter, 1});
  expect_whole(reader);
}

TEST(DumpReaderTest, Read_NameInQuotes_IsTheSchemasOwn) {
  DumpReader reader;
  reader.read("COPY \"my \"\"own\"\"\".gatehouse_migrations (name) FROM stdin;\n\\.\n");
  EXPECT_EQ(reader.schema(), "my \"own\"");
}

TEST(DumpReaderTest, Read_LongRow_IsOneRow) {
  DumpReader reader;
  reader.read("COPY public.users (id) FROM stdin;\n" + std::string(100'000, 'x') + "\\.\n\\.\n");
  EXPECT_EQ(reader.content().users, 1);
}

TEST(DumpReaderTest, Read_OtherTables_IsNothing) {
  DumpReader reader;
  reader.read("COPY public.goods (id) FROM stdin;\n1\n\\.\n");
  EXPECT_EQ(reader.schema(), "");
  EXPECT_TRUE(reader.content().migrations.empty());
}

}  // namespace
}  // namespace gatehouse::database::postgres
