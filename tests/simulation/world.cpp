#include "simulation/world.hpp"

#include <algorithm>

namespace gatehouse::simulation {

Truth::Truth() {
  for (std::size_t user = 0; user < user_count; ++user) {
    users_.push_back({.id = UserId{static_cast<std::int64_t>(user) + 1}, .changes = {}});
    for (std::size_t i = 0; i < sessions_per_user; ++i) {
      sessions_.push_back({.id = SessionId{++last_session_}, .user = users_.back().id, .ended_at = {}});
    }
  }
}

void Truth::end(std::size_t session, Instant now) {
  if (!sessions_[session].ended_at) sessions_[session].ended_at = now;
}

void Truth::change_user_of(std::size_t session, Instant now) {
  users_[session / sessions_per_user].changes.push_back(now);
}

void Truth::log_in(std::size_t session) {
  ended_.push_back(sessions_[session]);
  sessions_[session].id = SessionId{++last_session_};
  sessions_[session].ended_at.reset();
}

std::optional<Instant> Truth::stale_since(const Row& row) const {
  std::optional<Instant> since = end_of(row.session.id);
  const User& user = users_[static_cast<std::size_t>(row.session.user.value) - 1];
  if (row.version < user.changes.size()) {
    const Instant changed = user.changes[row.version];
    since = since ? std::min(*since, changed) : changed;
  }
  return since;
}

std::optional<Instant> Truth::end_of(SessionId id) const {
  for (const auto& sessions : {sessions_, ended_}) {
    const auto found = std::ranges::find(sessions, id, &Session::id);
    if (found != sessions.end()) return found->ended_at;
  }
  return std::nullopt;
}

void AnnouncementTable::commit(std::int64_t entry, std::string text, std::size_t version) {
  rows_.push_back({.row = {.entry = entry, .position = {}, .text = std::move(text)}, .version = version});
}

Look AnnouncementTable::look(std::int64_t position) const {
  Look look;
  look.page = {.log = "log", .is_written = true, .last = last_, .deleted = deleted_, .is_cut = false, .rows = {}};
  for (const Row& one : rows_) {
    if (one.row.position && *one.row.position <= position) continue;
    look.page.rows.push_back(one.row);
    look.versions[one.row.entry] = one.version;
  }
  return look;
}

void AnnouncementTable::place() {
  for (Row& one : rows_) {
    if (!one.row.position) one.row.position = ++last_;
  }
}

void AnnouncementTable::place_by_entry() {
  for (Row& one : rows_) {
    one.row.position = one.row.entry;
    last_ = std::max(last_, one.row.entry);
  }
}

void AnnouncementTable::sweep(bool is_noted) {
  std::erase_if(rows_, [](const Row& one) { return one.row.position.has_value(); });
  if (is_noted) deleted_ = last_;
}

void Link::send(Notification notification) {
  if (!on_the_way_.empty()) notification.arrives_at = std::max(notification.arrives_at, on_the_way_.back().arrives_at);
  on_the_way_.push_back(std::move(notification));
}

std::optional<Instant> Link::next_arrival() const {
  if (!open_ || silent_ || on_the_way_.empty()) return std::nullopt;
  return on_the_way_.front().arrives_at;
}

Notification Link::take() {
  Notification first = std::move(on_the_way_.front());
  on_the_way_.pop_front();
  return first;
}

}  // namespace gatehouse::simulation
