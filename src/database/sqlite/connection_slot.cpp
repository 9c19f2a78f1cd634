#include "database/sqlite/connection_slot.hpp"

#include <algorithm>
#include <exception>

#include "database/sqlite/database_file.hpp"
#include "database/sqlite/stale_log.hpp"

namespace gatehouse::database::sqlite {
namespace {

bool is_lost(unsigned losses) { return losses % 2 == 1; }

}  // namespace

ConnectionSlot::~ConnectionSlot() {
  if (!connection_) return;
  if (parts_.use.losses != seen_losses_) connection_->leave_log();  // a reader may not have noticed yet
  close({});
}

void ConnectionSlot::maintain() noexcept {
  if (connection_ && (connection_->lost_files() || parts_.use.losses != seen_losses_)) {
    close_lost();
  } else if (connection_ && connection_->broken()) {
    close_broken();
  }
  if (!connection_ && may_open() && std::chrono::steady_clock::now() >= next_attempt_) open();
}

bool ConnectionSlot::may_open() const noexcept {
  return role_ == Role::writer ? !waits_for_others() : parts_.use.file.get() && !is_lost(parts_.use.losses);
}

bool ConnectionSlot::waits_for_others() const noexcept {
  return role_ == Role::writer && !connection_ && is_lost(parts_.use.losses) && parts_.use.connections > 0;
}

void ConnectionSlot::close_broken() noexcept {
  lost_ = connection_->files();
  close("the connection broke");
  report(telemetry::Level::warn, "sqlite_connection_broken", parts_.path);
}

void ConnectionSlot::close_lost() noexcept {
  const auto found = connection_->lost_files();
  try {
    schema_ = connection_->schema();
  } catch (const std::exception&) {
    schema_.reset();  // with no schema to compare with, any file is accepted
  }
  if (found) {
    is_log_saved_ = connection_->save_log();
    lost_ = connection_->files();
    count_loss(*found);
  }
  connection_->leave_log();
  close(found.value_or("the database's file was deleted or replaced"));
}

void ConnectionSlot::count_loss(const std::string& found) noexcept {
  ++parts_.use.losses;
  report(telemetry::Level::error, "sqlite_file_lost",
         found + " while the service uses it; nothing is written until it is back or the service is restarted");
}

void ConnectionSlot::close(const std::string& why) noexcept {
  connection_.reset();
  --parts_.use.connections;
  failure_ = why;
  next_attempt_ = std::chrono::steady_clock::now() + pause_;
}

/// The connection is counted before `losses` is read: a writer that finds the file lost sees the connection, or this
/// thread sees the loss.
void ConnectionSlot::open() noexcept {
  ++parts_.use.connections;
  seen_losses_ = parts_.use.losses;
  try {
    connection_ = role_ == Role::writer ? open_for_writing() : open_for_reading();
    schema_.reset();
    lost_ = {};
    is_log_saved_ = false;
    pause_ = pause_min;
    report(telemetry::Level::info, "sqlite_connection_opened", parts_.path);
  } catch (const std::exception& failure) {
    --parts_.use.connections;
    // Said once for each cause, not at every attempt, and not if the end of the process interrupted the attempt.
    const bool is_new = failure_ != failure.what() && !parts_.stopping;
    if (is_new) report(telemetry::Level::warn, "sqlite_open_failed", failure.what());
    failure_ = failure.what();
    next_attempt_ = std::chrono::steady_clock::now() + pause_;
    pause_ = std::min(pause_ * 2, pause_max);
  }
}

std::unique_ptr<Connection> ConnectionSlot::open_for_reading() {
  if (is_lost(seen_losses_)) throw Unavailable{Unavailable::Reason::storage, failure_};
  return std::make_unique<Connection>(parts_.path, role_, parts_.stopping, parts_.use.file.get());
}

std::unique_ptr<Connection> ConnectionSlot::open_for_writing() {
  auto file = parts_.use.file.get();
  if (!file) {
    // Created before SQLite does it, because others could read a file that SQLite creates.
    create_database_file(parts_.path);
    refuse_stale_log();  // while no connection of this process has a lock that closing the file would drop
  }
  if (is_lost(seen_losses_)) {
    remove_left_log();
    file.reset();
  } else if (file && identify(parts_.path) != *file) {
    const std::string found = parts_.path + " was deleted or replaced";
    count_loss(found);
    throw Unavailable{Unavailable::Reason::storage, found};
  }
  auto connection = std::make_unique<Connection>(parts_.path, role_, parts_.stopping, file);
  if (schema_ && connection->schema() != *schema_) {
    throw Unavailable{Unavailable::Reason::storage,
                      parts_.path + " is another database now, with another schema; restart the service to use it"};
  }
  parts_.use.file.set(connection->files().database());
  if (is_lost(seen_losses_)) seen_losses_ = ++parts_.use.losses;
  return connection;
}

/// Until the log is gone the file counts as lost, so that no reader opens it either.
void ConnectionSlot::refuse_stale_log() {
  if (!has_stale_log(parts_.path)) return;
  if (!is_lost(parts_.use.losses)) ++parts_.use.losses;
  throw Unavailable{
      Unavailable::Reason::storage,
      parts_.path + "-wal was not written for " + parts_.path +
          ", which has changed since; if a backup was copied to its place, move the -wal and -shm files away, "
          "and if all of them were copied together, touch the -wal file"};
}

void ConnectionSlot::remove_left_log() const {
  if (!lost_.has_left_its_log()) return;
  if (!is_log_saved_) {
    throw Unavailable{Unavailable::Reason::storage,
                      parts_.path + "-wal belongs to the database that was replaced; move it away and restart"};
  }
  lost_.remove_log();
}

void ConnectionSlot::report(telemetry::Level level, const char* event, const std::string& detail) const noexcept {
  parts_.log(level, event, detail);
}

}  // namespace gatehouse::database::sqlite
