#include "service/jobs_thread.hpp"

#include <boost/asio/post.hpp>
#include <string>

#include "service/wiring/jobs.hpp"

namespace gatehouse::service {

JobsThread::JobsThread(boost::asio::io_context& io, database::Provider& provider, SharedParts& shared,
                       telemetry::Log& log)
    : io_(io), provider_(provider), shared_(shared), log_(log) {}

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
  scheduler_->start(make_jobs(*database_, shared_));
  thread_ = std::thread([this] { io_.run(); });
}

void JobsThread::stop() {
  if (scheduler_) boost::asio::post(io_, [this] { end_jobs(); });
}

void JobsThread::end_jobs() {
  patience_.emplace(io_.get_executor(), stop_patience);
  patience_->async_wait([this](const boost::system::error_code& /*none*/) { io_.stop(); });
  scheduler_->stop([this] { io_.stop(); });
}

void JobsThread::join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace gatehouse::service
