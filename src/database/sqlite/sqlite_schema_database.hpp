#pragma once

#include "database/schema_database.hpp"
#include "database/sqlite/lanes.hpp"

namespace gatehouse::database::sqlite {

/// The migrator's port.
class SqliteSchemaDatabase final : public SchemaDatabase {
 public:
  /// All references outlive it; see Lanes.
  SqliteSchemaDatabase(boost::asio::io_context& io, Lane& writes, Lane& reads, std::chrono::milliseconds query_timeout)
      : lanes_(io, writes, reads, query_timeout) {}

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters) override {
    return lanes_.query(statement, std::move(parameters));
  }
  [[nodiscard]] Task<std::expected<void, Violation>> run_script(std::string sql) override {
    return lanes_.run_script(std::move(sql));
  }
  [[nodiscard]] Task<Rows> run_check(std::string sql) override { return lanes_.run_check(std::move(sql)); }

 private:
  Lanes lanes_;
};

}  // namespace gatehouse::database::sqlite
