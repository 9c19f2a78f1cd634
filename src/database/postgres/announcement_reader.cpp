#include "database/postgres/announcement_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace gatehouse::database::postgres {

namespace {

/// A row that was committed before another row's transaction began has a smaller entry, and never a larger position.
bool is_told_before(const AnnouncementRow* one, const AnnouncementRow* other) {
  constexpr auto not_placed = std::numeric_limits<std::int64_t>::max();
  return std::pair{one->position.value_or(not_placed), one->entry} <
         std::pair{other->position.value_or(not_placed), other->entry};
}

}  // namespace

AnnouncementReader::News AnnouncementReader::take(const AnnouncementPage& page) {
  News news;
  if (is_ready_ && !goes_on(page)) {
    news.is_lost = true;
    lose();
  }
  log_ = page.log;
  if (!page.is_written) return news;
  if (is_ready_) {
    read_on(page, news);
  } else {
    begin(page);
  }
  remember_unplaced(page);
  is_ready_ = true;
  trusted_until_ = sent_at_ + trust;
  news.trusted_until = trusted_until_;
  return news;
}

/// A look that was sent after trust had ended begins anew, like that of a process that was stopped for too long.
bool AnnouncementReader::goes_on(const AnnouncementPage& page) const {
  return page.is_written && page.log == log_ && page.deleted <= position_ && page.last >= position_ &&
         sent_at_ < trusted_until_;
}

/// What was committed before was never remembered, so it need not be told.
void AnnouncementReader::begin(const AnnouncementPage& page) { position_ = page.last; }

void AnnouncementReader::read_on(const AnnouncementPage& page, News& news) {
  if (page.is_cut) {
    news.is_everything = true;
    position_ = page.last;
    return;
  }
  for (const AnnouncementRow& row : page.rows) {
    if (row.position) position_ = std::max(position_, *row.position);
    if (!told_.contains(row.entry)) news.rows.push_back(&row);
  }
  std::ranges::sort(news.rows, is_told_before);
}

void AnnouncementReader::remember_unplaced(const AnnouncementPage& page) {
  told_.clear();
  for (const AnnouncementRow& row : page.rows) {
    if (!row.position) told_.insert(row.entry);
  }
  if (told_.empty()) {
    unplaced_since_.reset();
  } else if (!unplaced_since_) {
    unplaced_since_ = sent_at_;
  }
}

void AnnouncementReader::lose() {
  is_ready_ = false;
  position_ = no_position;
  told_.clear();
  unplaced_since_.reset();
}

}  // namespace gatehouse::database::postgres
