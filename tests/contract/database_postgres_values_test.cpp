// Every type of value comes back from PostgreSQL as it went in; and what the driver refuses to read.

#include <limits>

#include "contract/echo_statements.hpp"
#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"

namespace gatehouse::testing {
namespace {

using database::Blob;
using database::Parameters;
using database::Statement;
using database::Violation;

constexpr Statement echo_integer{"echo_integer", "SELECT CAST($1 AS bigint)"};
constexpr Statement echo_time{"echo_time", "SELECT CAST($1 AS timestamptz)"};
constexpr Statement time_text{"time_text",
                              "SELECT to_char(CAST($1 AS timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"};
constexpr Statement echo_bytes{"echo_bytes", "SELECT CAST($1 AS bytea)"};
constexpr Statement small_types{"small_types",
                                "SELECT true, false, 7::int2, -8::int4, 'a'::varchar, 'b'::char(2), 'c'::name"};
constexpr Statement a_number{"a_number", "SELECT 1.5::numeric"};
constexpr Statement nothing{"nothing", "SELECT pg_sleep(0)"};
constexpr Statement infinities{"infinities", "SELECT 'infinity'::timestamptz, '-infinity'::timestamptz"};
constexpr database::Write insert_small{"insert_small", "INSERT INTO small (id, note) VALUES ($1, $2) RETURNING id",
                                       database::announces_nothing};
constexpr Statement find_small{"find_small", "SELECT note FROM small WHERE id = $1"};
constexpr database::Write delete_small{"delete_small", "DELETE FROM small WHERE id > $1", database::announces_nothing};

class DatabasePostgresValues : public PostgresTest {
 protected:
  database::Rows query(const Statement& statement, Parameters parameters) {
    if (!db_) open();
    return run(db_->query(statement, std::move(parameters)));
  }
};

TEST_F(DatabasePostgresValues, Integers_RoundTrip_Exactly) {
  for (const auto value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40,
                           std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(query(echo_integer, {value})[0].integer(0), value);
  }
}

TEST_F(DatabasePostgresValues, Text_RoundTrips_EmptyAndUnicodeIncluded) {
  for (const std::string text : {"", "a", "Zoë 🦉", "'; DROP TABLE users; --", "\n\t\x01"}) {
    EXPECT_EQ(query(echo_text, {text})[0].text(0), text);
  }
}

TEST_F(DatabasePostgresValues, Text_OfAMegabyte_RoundTrips) {
  const std::string text(1 << 20, 'x');
  EXPECT_EQ(query(echo_text, {text})[0].text(0), text);
}

TEST_F(DatabasePostgresValues, Text_WithANulByte_IsRefused) {
  EXPECT_THROW(query(echo_text, {std::string("a\0b", 3)}), database::StatementFailed);
}

TEST_F(DatabasePostgresValues, Times_RoundTrip_ToTheMicrosecondAndBefore1970) {
  for (const auto us : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'737'541'800'123'457},
                        std::int64_t{-2'208'988'800'000'001}, std::int64_t{946'684'800'000'000}}) {
    EXPECT_EQ(query(echo_time, {from_unix_us(us)})[0].time(0), from_unix_us(us));
  }
}

TEST_F(DatabasePostgresValues, Times_MeanTheSameToTheServer) {
  EXPECT_EQ(query(time_text, {from_unix_us(1'737'541'800'123'457)})[0].text(0), "2025-01-22 10:30:00.123457");
  EXPECT_EQ(query(time_text, {from_unix_us(-1)})[0].text(0), "1969-12-31 23:59:59.999999");
}

TEST_F(DatabasePostgresValues, InfiniteTimes_BecomeTheEndsOfTime) {
  const auto rows = query(infinities, {});
  EXPECT_EQ(rows[0].integer(0), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(rows[0].integer(1), std::numeric_limits<std::int64_t>::min());
}

TEST_F(DatabasePostgresValues, Blobs_RoundTrip_WithEveryByte) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  EXPECT_EQ(query(echo_bytes, {Blob{bytes}})[0].text(0), bytes);
  EXPECT_EQ(query(echo_bytes, {Blob{}})[0].text(0), "");
}

TEST_F(DatabasePostgresValues, Null_RoundTrips_InEveryType) {
  for (const auto* statement : {&echo_integer, &echo_text, &echo_time, &echo_bytes}) {
    EXPECT_TRUE(query(*statement, {std::monostate{}})[0].is_null(0)) << statement->name;
  }
}

TEST_F(DatabasePostgresValues, NullThenValueThenNull_UseOneStatement) {
  EXPECT_TRUE(query(echo_integer, {std::monostate{}})[0].is_null(0));
  EXPECT_EQ(query(echo_integer, {std::int64_t{5}})[0].integer(0), 5);
  EXPECT_TRUE(query(echo_integer, {std::monostate{}})[0].is_null(0));
  EXPECT_EQ(query(echo_integer, {std::int64_t{6}})[0].integer(0), 6);
}

TEST_F(DatabasePostgresValues, SmallerTypes_AreReadAsIntegerOrText) {
  const auto rows = query(small_types, {});
  EXPECT_EQ(rows[0].integer(0), 1);
  EXPECT_EQ(rows[0].integer(1), 0);
  EXPECT_EQ(rows[0].integer(2), 7);
  EXPECT_EQ(rows[0].integer(3), -8);
  EXPECT_EQ(rows[0].text(4), "a");
  EXPECT_EQ(rows[0].text(5), "b ");
  EXPECT_EQ(rows[0].text(6), "c");
}

TEST_F(DatabasePostgresValues, VoidColumn_IsNull) { EXPECT_TRUE(query(nothing, {})[0].is_null(0)); }

TEST_F(DatabasePostgresValues, UnknownColumnType_FailsAndNamesIt) {
  try {
    query(a_number, {});
    FAIL() << "a numeric column was read";
  } catch (const database::StatementFailed& failure) {
    EXPECT_NE(std::string{failure.what()}.find("1700"), std::string::npos) << failure.what();
  }
}

TEST_F(DatabasePostgresValues, NarrowColumns_TakeBigintParameters) {
  database_->run("CREATE TABLE small (id integer PRIMARY KEY, note varchar(5))");
  open();
  Parameters first{std::int64_t{3}, std::monostate{}};
  ASSERT_TRUE(run(testing::execute(*db_, insert_small, std::move(first))).has_value());
  Parameters second{std::int64_t{4}, std::string{"four"}};
  const auto inserted = run(testing::execute(*db_, insert_small, std::move(second)));
  ASSERT_TRUE(inserted.has_value());
  EXPECT_EQ((*inserted)[0].integer(0), 4);
  EXPECT_EQ(query(find_small, {std::int64_t{4}})[0].text(0), "four");
  const auto deleted = run(testing::execute(*db_, delete_small, {std::int64_t{0}}));
  EXPECT_EQ(deleted->affected(), 2);
}

TEST_F(DatabasePostgresValues, TextTooLongForItsColumn_IsAViolation) {
  database_->run("CREATE TABLE small (id integer PRIMARY KEY, note varchar(5))");
  open();
  Parameters parameters{std::int64_t{3}, std::string{"much too long"}};
  const auto result = run(testing::execute(*db_, insert_small, std::move(parameters)));
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, Violation::Kind::check);
}

}  // namespace
}  // namespace gatehouse::testing
