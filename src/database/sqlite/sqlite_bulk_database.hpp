#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

#include "database/bulk_database.hpp"
#include "database/sqlite/lanes.hpp"

namespace gatehouse::database::sqlite {

/// One call of the writer, with a prepared INSERT for each row into the staging table, which is in memory.
class SqliteBulkDatabase final : public BulkDatabase {
 public:
  /// All references outlive it; see Lanes.
  SqliteBulkDatabase(boost::asio::io_context& io, Lane& writes, Lane& reads)
      : lanes_(io, writes, reads, load_timeout) {}

 protected:
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> write(StagedRows rows,
                                                                        std::vector<Command> commands) override {
    const StagingTable& table = rows.table;
    std::vector<Command> all{{&table.create, {}}, {&table.clear, {}}};
    all.reserve(all.size() + rows.rows.size() + commands.size() + 1);
    for (Parameters& row : rows.rows) all.push_back({&table.insert, std::move(row)});
    const auto before = static_cast<std::ptrdiff_t>(all.size());
    const auto count = static_cast<std::ptrdiff_t>(commands.size());
    std::ranges::move(commands, std::back_inserter(all));
    all.push_back({&table.clear, {}});
    auto results = co_await lanes_.write(std::move(all));
    if (!results) co_return results;
    const auto first = std::move_iterator{results->begin() + before};
    co_return std::vector<Rows>(first, first + count);
  }

 private:
  static constexpr std::chrono::minutes load_timeout{5};

  Lanes lanes_;
};

}  // namespace gatehouse::database::sqlite
