#pragma once

#include "database/schema_database.hpp"
#include "database/sqlite/lanes.hpp"
#include "database/sqlite/other_processes.hpp"

namespace gatehouse::database::sqlite {

/// The migrator's port.
class SqliteSchemaDatabase final : public SchemaDatabase {
 public:
  /// All references outlive it; see Lanes.
  SqliteSchemaDatabase(boost::asio::io_context& io, Lane& writes, Lane& reads, OtherProcesses& others,
                       std::chrono::milliseconds query_timeout)
      : lanes_(io, writes, reads, query_timeout), others_(others) {}

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters) override {
    return lanes_.query(statement, std::move(parameters));
  }
  [[nodiscard]] Task<std::expected<void, ScriptRefusal>> run_scripts(std::vector<ScriptStep> steps) override {
    return lanes_.run_scripts(std::move(steps));
  }
  [[nodiscard]] Task<std::vector<std::string>> list_others() override { co_return others_.list(); }
  [[nodiscard]] Task<Rows> run_check(std::string sql) override { return lanes_.run_check(std::move(sql)); }

 private:
  Lanes lanes_;
  OtherProcesses& others_;
};

}  // namespace gatehouse::database::sqlite
