#include "revocations/revocation_log.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace gatehouse::revocations {
namespace {

/// Whether the log has this place. The rows that were read begin with its row, if that still exists.
bool is_known(Place place, const Reading& reading) {
  if (place.position < reading.deleted.position) return false;
  if (place == reading.last || place == reading.deleted) return true;
  return !reading.rows.empty() && place == reading.rows.front().place;
}

/// Whether somebody else has deleted rows after the place: otherwise positions have no gaps.
bool has_gap(Place place, const Reading& reading) {
  std::int64_t position = place.position;
  for (const Revocation& row : reading.rows) {
    if (row.place.position > position + 1) return true;
    position = row.place.position;
  }
  const bool reads_to_the_end = std::cmp_less_equal(reading.rows.size(), RevocationLog::news_max);
  return reads_to_the_end && position < reading.last.position;
}

void set_until(std::vector<Revocation>& revocations, std::chrono::seconds token_ttl) {
  for (Revocation& one : revocations) one.until = one.place.at + token_ttl;
}

}  // namespace

/// Reads one row more than wanted: the one at the place itself.
Task<Reading> RevocationLog::read_in_order(std::int64_t from_position) {
  Reading reading = co_await store_.read(from_position, news_max + 1, clock_.now());
  while (reading.has_unordered && std::cmp_less_equal(reading.rows.size(), news_max)) {
    database::Changes changes;
    RevocationStore::order(changes, clock_.now());
    (void)co_await database_.commit(std::move(changes));
    reading = co_await store_.read(from_position, news_max + 1, clock_.now());
  }
  reading.token_ttl = std::max(reading.token_ttl, token_ttl_) + clock_slack;
  set_until(reading.rows, reading.token_ttl);
  co_return reading;
}

Task<std::optional<News>> RevocationLog::read(Place after) {
  const TimePoint as_of = clock_.now();
  const auto read_at = std::chrono::steady_clock::now();
  Reading reading = co_await read_in_order(after.position);
  if (!is_known(after, reading) || has_gap(after, reading)) co_return std::nullopt;
  std::vector<Revocation>& rows = reading.rows;
  if (!rows.empty() && rows.front().place == after) rows.erase(rows.begin());
  if (std::cmp_greater(rows.size(), news_max)) rows.pop_back();
  const Place end = rows.empty() ? after : rows.back().place;
  const bool is_cut = end.position < reading.last.position || reading.has_unordered;
  co_return News{.revocations = std::move(rows),
                 .end = end,
                 // By the database's clock, what is missing was committed after the last one here was made.
                 .as_of = is_cut ? std::min(as_of, end.at - clock_slack) : as_of,
                 .is_cut = is_cut,
                 .read_at = read_at};
}

Task<RevocationLog::End> RevocationLog::end() {
  const TimePoint as_of = clock_.now();
  const auto read_at = std::chrono::steady_clock::now();
  const Reading reading = co_await read_in_order(std::numeric_limits<std::int64_t>::max());
  co_return End{.place = reading.last, .as_of = as_of, .read_at = read_at, .token_ttl = reading.token_ttl};
}

Task<std::vector<Revocation>> RevocationLog::part(Place after, End end) {
  auto rows = co_await store_.part(after.position, end.place.position, end.as_of - end.token_ttl, news_max);
  set_until(rows, end.token_ttl);
  co_return rows;
}

}  // namespace gatehouse::revocations
