#include "database/schema/statement_effect.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::database::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StatementEffect effect(std::string_view sql, Dialect dialect = Dialect::postgres) {
  const auto statements = split_script(sql);
  EXPECT_EQ(statements.size(), 1u) << sql;
  return effect_of(statements.front(), dialect, {{"users_x_index", "users"}});
}

struct EffectCase {
  std::string_view sql;
  TableLock lock;
  TableWork work;
};

// What each does to `users`, according to the chapter on explicit locking and the pages of the statements.
constexpr EffectCase postgres_cases[] = {
    {"ALTER TABLE users ADD COLUMN a text", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE IF EXISTS ONLY public.users ADD a text", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE users ADD COLUMN a boolean NOT NULL DEFAULT false", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE users ADD COLUMN a timestamptz DEFAULT now()", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid()", TableLock::access_exclusive, TableWork::rewrite},
    {"ALTER TABLE users ADD COLUMN a text GENERATED ALWAYS AS (lower(b)) STORED", TableLock::access_exclusive,
     TableWork::rewrite},
    {"ALTER TABLE users ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY", TableLock::access_exclusive,
     TableWork::rewrite},
    {"ALTER TABLE users ADD COLUMN a bytea CONSTRAINT c CHECK (octet_length(a) = 32)", TableLock::access_exclusive,
     TableWork::scan},
    {"ALTER TABLE users ADD CONSTRAINT c UNIQUE (a)", TableLock::access_exclusive, TableWork::scan},
    {"ALTER TABLE users ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES users (id)", TableLock::share_row_exclusive,
     TableWork::scan},
    {"ALTER TABLE users VALIDATE CONSTRAINT c", TableLock::share_update_exclusive, TableWork::scan},
    {"ALTER TABLE users ALTER COLUMN id TYPE bigint", TableLock::access_exclusive, TableWork::rewrite},
    {"ALTER TABLE users ALTER id SET DATA TYPE bigint", TableLock::access_exclusive, TableWork::rewrite},
    {"ALTER TABLE users ALTER COLUMN a TYPE text", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE users ALTER COLUMN a SET NOT NULL", TableLock::access_exclusive, TableWork::scan},
    {"ALTER TABLE users ALTER COLUMN a DROP NOT NULL", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE users SET (fillfactor = 90)", TableLock::share_update_exclusive, TableWork::none},
    {"ALTER TABLE users RESET (fillfactor)", TableLock::share_update_exclusive, TableWork::none},
    {"ALTER TABLE users RENAME COLUMN a TO b", TableLock::access_exclusive, TableWork::none},
    {"ALTER TABLE users DROP COLUMN a, ADD COLUMN b numeric(1, 2)", TableLock::access_exclusive, TableWork::none},
    {"CREATE UNIQUE INDEX i ON users (a)", TableLock::share, TableWork::scan},
    {"CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (a)", TableLock::share_update_exclusive, TableWork::scan},
    {"DROP INDEX IF EXISTS users_x_index", TableLock::access_exclusive, TableWork::none},
    {"CREATE TABLE a (b bigint REFERENCES users (id))", TableLock::share_row_exclusive, TableWork::none},
    {"CREATE OR REPLACE TRIGGER t AFTER UPDATE OF a ON users EXECUTE FUNCTION f()", TableLock::share_row_exclusive,
     TableWork::none},
    {"DROP TRIGGER t ON users", TableLock::access_exclusive, TableWork::none},
    {"DROP TABLE IF EXISTS users", TableLock::access_exclusive, TableWork::none},
    {"UPDATE users SET a = 1", TableLock::row_exclusive, TableWork::scan},
    {"DELETE FROM users", TableLock::row_exclusive, TableWork::scan},
    {"INSERT INTO users (a) VALUES (1)", TableLock::row_exclusive, TableWork::none},
};

TEST(StatementEffect, EachStatementOfPostgres_HasItsLockAndWork) {
  for (const EffectCase& one : postgres_cases) {
    const StatementEffect said = effect(one.sql);
    ASSERT_EQ(said.tables.size(), 1u) << one.sql;
    EXPECT_TRUE(said.is_known) << one.sql;
    EXPECT_EQ(said.tables[0].table, "users") << one.sql;
    EXPECT_EQ(said.tables[0].lock, one.lock) << one.sql;
    EXPECT_EQ(said.tables[0].work, one.work) << one.sql;
  }
}

TEST(StatementEffect, StatementOfSqlite_LocksNoTable) {
  constexpr EffectCase cases[] = {
      {"ALTER TABLE users ADD COLUMN a INTEGER NOT NULL DEFAULT 0", TableLock::none, TableWork::none},
      {"ALTER TABLE users ADD COLUMN a TEXT GENERATED ALWAYS AS (b) VIRTUAL", TableLock::none, TableWork::none},
      {"ALTER TABLE users ADD COLUMN a TEXT CHECK (length(a) < 9)", TableLock::none, TableWork::scan},
      {"ALTER TABLE users DROP COLUMN a", TableLock::none, TableWork::rewrite},
      {"ALTER TABLE users RENAME TO accounts", TableLock::none, TableWork::none},
      {"CREATE INDEX i ON users (a)", TableLock::none, TableWork::scan},
      {"UPDATE users SET a = 1", TableLock::none, TableWork::scan},
  };
  for (const EffectCase& one : cases) {
    const StatementEffect said = effect(one.sql, Dialect::sqlite);
    ASSERT_EQ(said.tables.size(), 1u) << one.sql;
    EXPECT_EQ(said.tables[0].lock, one.lock) << one.sql;
    EXPECT_EQ(said.tables[0].work, one.work) << one.sql;
  }
}

TEST(StatementEffect, StatementAboutNoTableThatIsThere_TouchesNone) {
  for (const auto* sql : {"CREATE TABLE a (b text)", "CREATE TABLE a (b bigint, FOREIGN KEY (b) REFERENCES a (c))",
                          "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ DROP TABLE users; $$",
                          "DROP FUNCTION f()", "DROP INDEX unknown_index", "SELECT 1"}) {
    const StatementEffect said = effect(sql);
    EXPECT_TRUE(said.is_known) << sql;
    EXPECT_THAT(said.tables, IsEmpty()) << sql;
  }
}

TEST(StatementEffect, StatementOfAnotherKind_IsNotKnown) {
  for (const auto* sql : {"DO $$ SELECT 1 $$", "VACUUM FULL users", "CREATE EXTENSION citext", "DROP SCHEMA a"}) {
    EXPECT_FALSE(effect(sql).is_known) << sql;
  }
}

TEST(StatementEffect, WhatIsDropped_IsLost) {
  EXPECT_THAT(effect("DROP TABLE devices").losses, ElementsAre("devices"));
  EXPECT_THAT(effect("ALTER TABLE users DROP COLUMN a, DROP b").losses, ElementsAre("users.a", "users.b"));
  EXPECT_THAT(effect("ALTER TABLE users DROP COLUMN a", Dialect::sqlite).losses, ElementsAre("users.a"));
  EXPECT_THAT(effect("DELETE FROM sessions WHERE a").losses, ElementsAre("rows of sessions"));
  EXPECT_THAT(effect("ALTER TABLE users DROP CONSTRAINT c").losses, IsEmpty());
  EXPECT_THAT(effect("DROP INDEX users_x_index").losses, IsEmpty());
}

TEST(StatementEffect, ColumnComputedFromOthers_IsNamed) {
  EXPECT_THAT(effect("ALTER TABLE users ADD COLUMN a text GENERATED ALWAYS AS (b) STORED").computed,
              ElementsAre("users.a"));
  EXPECT_THAT(effect("ALTER TABLE users ADD COLUMN a TEXT GENERATED ALWAYS AS (b) VIRTUAL", Dialect::sqlite).computed,
              ElementsAre("users.a"));
  EXPECT_THAT(effect("ALTER TABLE users ADD COLUMN a bigint GENERATED ALWAYS AS IDENTITY").computed, IsEmpty());
}

}  // namespace
}  // namespace gatehouse::database::schema
