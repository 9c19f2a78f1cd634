#include "service/jobs_thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <string>
#include <utility>

#include "audit/audit_store.hpp"
#include "jobs/refusal_counts.hpp"
#include "service/wiring/jobs.hpp"

namespace gatehouse::service {

namespace {

/// Database and clock outlive it.
Task<> record_change_of_state(database::Database& database, const Clock& clock, audit::EventType type) {
  audit::Event event{.type = type, .at = clock.now(), .origin = audit::system_origin("service")};
  database::Change<void> change = audit::AuditStore::record(std::move(event));
  co_await database.commit(std::move(change));
}

/// Both outlive it.
Task<> record_end(database::Database& database, SharedParts& shared) {
  const jobs::CountParts parts{.database = database, .tally = shared.capabilities.tally, .random = shared.random};
  co_await jobs::record_all_counts(parts);
  co_await record_change_of_state(database, shared.clock, audit::EventType::service_stopped);
}

}  // namespace

JobsThread::JobsThread(boost::asio::io_context& io, database::Provider& provider,
                       std::span<const EmbeddedFile> migrations, SharedParts& shared, telemetry::Log& log)
    : io_(io), provider_(provider), migrations_(migrations), shared_(shared), log_(log) {}

JobsThread::~JobsThread() {
  io_.stop();
  join();
}

void JobsThread::start() {
  database_ = provider_.open_beside(io_);
  leases_.emplace(*database_, shared_.clock, shared_.random);
  auto warn = [&log = log_](const jobs::Job& job, std::string_view reason) {
    log.warn(std::string{job.name} + "_failed", {{"reason", reason}});
  };
  auto tell = [&log = log_](std::string_view reason) { log.error("background_task_failed", {{"reason", reason}}); };
  scheduler_.emplace(
      jobs::Scheduler::Parts{.io = io_, .leases = *leases_, .on_failure = std::move(warn), .on_abandoned = tell});
  record(record_change_of_state(*database_, shared_.clock, audit::EventType::service_started), [] {});
  scheduler_->start(make_jobs({.database = *database_,
                               .open_schema = [this] { return provider_.open_schema(io_); },
                               .migrations = migrations_,
                               .shared = shared_,
                               .log = log_}));
  thread_ = std::thread([this] {
    const auto until_stopped = boost::asio::make_work_guard(io_);  // the record of the end comes after the last job
    io_.run();
  });
}

void JobsThread::stop() {
  if (!scheduler_) return;
  boost::asio::post(io_, [this] { scheduler_->stop([this] { end_if_last(); }); });
}

void JobsThread::end() {
  if (!scheduler_) return;
  boost::asio::post(io_, [this] {
    patience_.emplace(io_.get_executor(), stop_patience);
    patience_->async_wait([this](const boost::system::error_code& /*none*/) { io_.stop(); });
    record(record_end(*database_, shared_), [this] { end_if_last(); });
  });
}

void JobsThread::end_if_last() {
  if (--ending_ == 0) io_.stop();
}

/// If it fails, the jobs go on.
void JobsThread::record(Task<> change, std::function<void()> on_ended) {
  boost::asio::co_spawn(io_, std::move(change),
                        [this, on_ended = std::move(on_ended)](const std::exception_ptr& thrown) {
                          try {
                            if (thrown) std::rethrow_exception(thrown);
                          } catch (const std::exception& failure) {
                            log_.warn("service_state_not_audited", {{"reason", failure.what()}});
                          }
                          on_ended();
                        });
}

void JobsThread::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace gatehouse::service
