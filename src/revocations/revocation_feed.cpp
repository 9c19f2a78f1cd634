#include "revocations/revocation_feed.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::revocations {

std::optional<News> RecentPart::behind(Place place) const {
  auto first = rows.begin();
  if (place != begin) {
    first =
        std::ranges::lower_bound(rows, place.position, {}, [](const Revocation& row) { return row.place.position; });
    if (first == rows.end() || first->place != place) return std::nullopt;
    ++first;
  }
  return News{.revocations = {first, rows.end()}, .end = end(), .as_of = as_of, .read_at = read_at};
}

std::optional<RevocationFeed::Seat> RevocationFeed::take_seat() {
  if (taken_.fetch_add(1) >= readers_max_) {
    --taken_;
    return std::nullopt;
  }
  if (taken_ == 1) bell_.ring();
  return Seat{*this};
}

std::shared_ptr<const RecentPart> RevocationFeed::recent() const {
  const std::scoped_lock lock{mutex_};
  return recent_;
}

void RevocationFeed::publish(News news) {
  const auto before = recent();
  auto part =
      std::make_shared<RecentPart>(before ? *before : RecentPart{.begin = {}, .rows = {}, .as_of = {}, .read_at = {}});
  part->rows.insert(part->rows.end(), std::make_move_iterator(news.revocations.begin()),
                    std::make_move_iterator(news.revocations.end()));
  if (part->rows.size() > recent_rows_max) {
    const auto kept = part->rows.end() - recent_rows_max;
    part->begin = std::prev(kept)->place;
    part->rows.erase(part->rows.begin(), kept);
  }
  part->as_of = news.as_of;
  part->read_at = news.read_at;
  turn_to(std::move(part));
}

void RevocationFeed::begin_at(const RevocationLog::End& end) {
  turn_to(std::make_shared<const RecentPart>(
      RecentPart{.begin = end.place, .rows = {}, .as_of = end.as_of, .read_at = end.read_at}));
}

void RevocationFeed::turn_to(std::shared_ptr<const RecentPart> part) {
  {
    const std::scoped_lock lock{mutex_};
    recent_ = std::move(part);
  }
  room_.wake_all();
}

void RevocationFeed::end() {
  has_ended_ = true;
  room_.wake_all();
}

void RevocationFeed::write(metrics::Page& page) const {
  page.gauge("gatehouse_revocation_readers", "Readers of the revocation feed.", taken_.load(std::memory_order_relaxed));
}

}  // namespace gatehouse::revocations
