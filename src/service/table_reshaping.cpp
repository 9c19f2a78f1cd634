#include "service/table_reshaping.hpp"

#include <algorithm>
#include <utility>

#include "database/errors.hpp"
#include "database/schema/table_copy.hpp"
#include "database/schema/table_scripts.hpp"

namespace gatehouse::service {
namespace {

namespace schema = database::schema;
using schema::CopyProgress;
using schema::TableCopy;

// Services queue behind anyone who waits for a lock on the table, and give up after DB_LOCK_TIMEOUT. So each wait here
// is short.
constexpr std::chrono::milliseconds lock_patience{200};
constexpr std::chrono::milliseconds pause_between{400};
// Gathering statistics keeps nobody waiting.
constexpr std::chrono::milliseconds analyze_patience{5'000};

}  // namespace

Task<> TableReshaping::run(jobs::Lease lease) {
  lease_ = std::move(lease);
  outcome_ = {};
  const End end = co_await reshape();
  outcome_.end = end;
  if (end == End::done) outcome_.layout = layout_;
}

Task<Reshaped::End> TableReshaping::reshape() {
  const auto state = co_await schema::read_table_state(parts_.schema, table_);
  rows_ = state.rows;
  old_partitions_ = state.partitions;
  outcome_.layout = state.layout;
  const bool has_layout = state.layout == layout_;
  const bool is_wanted = state.has_copy && state.copy_layout == layout_ && !has_layout;
  if (state.has_copy && !is_wanted) {
    std::string drop = schema::drop_copy_script(table_);
    if (const auto end = co_await run_script(std::move(drop))) co_return *end;
  }
  if (has_layout) co_return End::already;
  if (state.layout.is_partitioned() && layout_.is_partitioned()) co_return End::other_partitions;
  outcome_.obstacles = co_await schema::list_obstacles(parts_.schema, table_, layout_);
  if (!outcome_.obstacles.empty()) co_return End::obstacles;
  co_return co_await make(is_wanted, is_wanted && state.is_followed);
}

/// Does all of it, except what an earlier run has done.
Task<Reshaped::End> TableReshaping::make(bool has_copy, bool is_followed) {
  if (const auto end = co_await prepare(has_copy, is_followed)) co_return *end;
  if (const auto end = co_await copy()) co_return *end;
  std::string analyze = schema::analyze_copy_script(table_);
  (void)co_await parts_.schema.run_beside(std::move(analyze), analyze_patience);
  if (const auto end = co_await compare()) co_return *end;
  std::string swap = schema::switch_tables_script(table_);
  if (const auto end = co_await run_script(std::move(swap))) co_return *end;
  if (const auto end = co_await drop_old()) co_return *end;
  co_return End::done;
}

Task<std::optional<Reshaped::End>> TableReshaping::prepare(bool has_copy, bool is_followed) {
  if (!has_copy) {
    std::string begin = schema::begin_copy_script(table_, layout_);
    if (const auto end = co_await run_script(std::move(begin))) co_return end;
  }
  // Months may have passed since the earlier run.
  if (is_followed && !layout_.is_by_month()) co_return std::nullopt;
  // One at a time, because each of those of sessions locks the table users for a moment.
  auto scripts = schema::add_partition_scripts(table_, layout_);
  for (std::string& add : scripts) {
    if (const auto end = co_await run_script(std::move(add))) co_return end;
  }
  if (is_followed) co_return std::nullopt;
  std::string follow = schema::follow_changes_script(table_);
  co_return co_await run_script(std::move(follow));
}

Task<std::optional<Reshaped::End>> TableReshaping::copy() {
  std::int64_t copied = 0;
  for (int tries = 0; tries < tries_max; ++tries) {
    database::Changes changes;
    const auto batch = TableCopy::add_batch(changes, table_);
    // The renewal comes last, so that nobody waits long for its row. Copying something twice does no harm.
    const auto renewed = changes.add(jobs::LeaseStore::renew(*lease_, parts_.clock.now()));
    const auto committed = co_await try_batch(std::move(changes));
    if (!committed) continue;
    if (!committed->result(renewed)) co_return End::taken_over;
    const CopyProgress progress = committed->result(batch);
    copied += progress.copied;
    parts_.show("Copied", copied, std::max(copied, rows_));
    if (progress.is_done) co_return std::nullopt;
    tries = 0;
  }
  co_return End::busy;
}

/// A little at a time, because dropping a partition of sessions locks the table users for a moment.
Task<std::optional<Reshaped::End>> TableReshaping::drop_old() {
  for (std::int64_t i = 0; i < old_partitions_; ++i) {
    std::string drop_one = schema::drop_old_partition_script(table_);
    if (const auto end = co_await run_script(std::move(drop_one))) co_return end;
  }
  std::string drop = schema::drop_copy_script(table_);
  co_return co_await run_script(std::move(drop));
}

/// std::nullopt, after a pause, if it gave way to others.
Task<std::optional<database::Committed>> TableReshaping::try_batch(database::Changes changes) {
  try {
    co_return co_await parts_.database.commit(std::move(changes));
  } catch (const database::Unavailable& failure) {
    if (failure.reason() != database::Unavailable::Reason::overload) throw;
  }
  co_await parts_.pause(pause_between);
  co_return std::nullopt;
}

Task<std::optional<Reshaped::End>> TableReshaping::compare() {
  std::optional<std::int64_t> after = TableCopy::before_all;
  while (after) {
    const bool is_ours = co_await renew();
    if (!is_ours) co_return End::taken_over;
    const auto range = co_await TableCopy::compare(parts_.database, table_, *after);
    if (!range.is_equal) co_return co_await drop_unequal();
    outcome_.rows += range.rows;
    parts_.show("Compared", outcome_.rows, std::max(outcome_.rows, rows_));
    after = range.last;
  }
  co_return std::nullopt;
}

Task<Reshaped::End> TableReshaping::drop_unequal() {
  std::string drop = schema::drop_copy_script(table_);
  const auto end = co_await run_script(std::move(drop));
  co_return end.value_or(End::unequal);
}

Task<std::optional<Reshaped::End>> TableReshaping::run_script(std::string script) {
  for (int i = 0; i < tries_max; ++i) {
    const bool is_ours = co_await renew();
    if (!is_ours) co_return End::taken_over;
    std::string copy = script;
    const bool is_done = co_await parts_.schema.run_beside(std::move(copy), lock_patience);
    if (is_done) co_return std::nullopt;
    co_await parts_.pause(pause_between);
  }
  co_return End::busy;
}

Task<bool> TableReshaping::renew() {
  auto change = jobs::LeaseStore::renew(*lease_, parts_.clock.now());
  return parts_.database.commit(std::move(change));
}

}  // namespace gatehouse::service
