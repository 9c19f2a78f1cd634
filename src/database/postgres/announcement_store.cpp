#include "database/postgres/announcement_store.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::database::postgres {
namespace {

// One statement, so that all of it comes from one snapshot. PostgreSQL assumes that tables without statistics are
// large; the condition on the key tells it that there is one row.
constexpr Statement read_announcements{
    "announcements_read",
    "SELECT feed.log, feed.writes_rows, placed.last_position, placed.deleted_position, clock_timestamp(), "
    "one.entry, one.position, one.topic, one.id, one.at "
    "FROM change_feed AS feed JOIN announcement_order AS placed ON placed.id = feed.id LEFT JOIN ("
    "(SELECT entry, position, topic, id, at FROM announcements WHERE position > $1 ORDER BY position LIMIT $2) "
    "UNION ALL (SELECT entry, position, topic, id, at FROM announcements WHERE position IS NULL LIMIT $2)"
    ") AS one ON true WHERE feed.id = 1"};

// Other processes that assign positions wait here until the transaction ends.
constexpr Statement lock_order{"announcement_order_lock",
                               "UPDATE announcement_order SET ordered_at = clock_timestamp() WHERE id = 1"};
constexpr Statement place_rows{
    "announcements_place",
    "UPDATE announcements SET position = placed.position FROM (SELECT entry, (SELECT last_position FROM "
    "announcement_order WHERE id = 1) + row_number() OVER (ORDER BY entry) AS position FROM announcements WHERE "
    "position IS NULL "
    "ORDER BY entry LIMIT 5000) AS placed WHERE announcements.entry = placed.entry"};
constexpr Statement note_last{"announcement_order_note_last",
                              "UPDATE announcement_order SET last_position = newest.position FROM (SELECT "
                              "max(position) AS position FROM announcements) AS newest WHERE newest.position > "
                              "last_position AND id = 1"};

constexpr Statement use_rows{"change_feed_use_rows", "SELECT gatehouse_use_feed('redis')"};

/// `session:7@1700000000000000`, or the topic alone if nobody can name what changed.
std::string text_of(const Row& row, std::size_t topic) {
  std::string name{row.text(topic)};
  if (row.is_null(topic + 1)) return name;
  const auto at = to_unix_us(row.time(topic + 2));
  return name + ':' + std::to_string(row.integer(topic + 1)) + '@' + std::to_string(at);
}

/// From the columns entry, position, topic, id, at.
AnnouncementRow announcement_in(const Row& row, std::size_t column) {
  AnnouncementRow one{.entry = row.integer(column), .position = {}, .text = text_of(row, column + 2)};
  if (!row.is_null(column + 1)) one.position = row.integer(column + 1);
  return one;
}

/// The query asks for one row more of each kind than a page has, and that row shows that there are more.
bool is_cut(const std::vector<AnnouncementRow>& rows) {
  std::int64_t placed = 0;
  for (const AnnouncementRow& one : rows) placed += one.position ? 1 : 0;
  return std::max(placed, std::ssize(rows) - placed) > AnnouncementPage::rows_max;
}

}  // namespace

Task<AnnouncementLook> AnnouncementStore::look(std::int64_t position) const {
  Parameters parameters{position, AnnouncementPage::rows_max + 1};
  const Rows rows = co_await pool_->query(read_announcements, std::move(parameters));
  if (rows.empty()) throw StatementFailed{"the row of change_feed or announcement_order was deleted"};
  AnnouncementLook look{.page = {}, .read_at = rows[0].time(4)};
  AnnouncementPage& page = look.page;
  page.log = rows[0].text(0);
  page.is_written = rows[0].integer(1) != 0;
  page.last = rows[0].integer(2);
  page.deleted = rows[0].integer(3);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].is_null(5)) page.rows.push_back(announcement_in(rows[i], 5));
  }
  page.is_cut = is_cut(page.rows);
  co_return look;
}

Task<> AnnouncementStore::place() const {
  std::vector<Command> commands;
  commands.push_back({&lock_order, {}});
  commands.push_back({&place_rows, {}});
  commands.push_back({&note_last, {}});
  co_await write(std::move(commands));
}

Task<> AnnouncementStore::use() const {
  std::vector<Command> commands;
  commands.push_back({&use_rows, {}});
  co_await write(std::move(commands));
}

Task<> AnnouncementStore::write(std::vector<Command> commands) const {
  const auto pool = pool_;
  std::vector<Rows> rows(commands.size());
  Call call{Call::Kind::write, commands, rows};
  co_await pool->perform(call);
  if (call.failure) throw ConstraintViolation{violation_or_throw(*call.failure)};
}

}  // namespace gatehouse::database::postgres
