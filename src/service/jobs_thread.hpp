#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <thread>

#include "base/embedded_file.hpp"
#include "database/provider.hpp"
#include "jobs/lease_store.hpp"
#include "jobs/scheduler.hpp"
#include "runtime/steady_timer.hpp"
#include "service/wiring/shared_parts.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// The thread on which the service's jobs run, with its own event loop and database, so that no client waits for a job.
/// It also records that the service has started and stopped, if the database allows it.
///
/// Call start(), stop() and end() in this order, from one thread at a time, and join() and the destructor after them.
class JobsThread {
 public:
  /// How long a run may still take once end() was called. Then its coroutine is destroyed while it waits; its lease
  /// expires by itself.
  static constexpr std::chrono::seconds stop_patience{1};

  /// Everything outlives the thread; `io` in particular outlives the provider, whose drivers post to it.
  JobsThread(boost::asio::io_context& io, database::Provider& provider, std::span<const EmbeddedFile> migrations,
             SharedParts& shared, telemetry::Log& log);
  ~JobsThread();
  JobsThread(const JobsThread&) = delete;
  JobsThread& operator=(const JobsThread&) = delete;

  /// Opens the database and runs every job. Once.
  void start();
  /// Ends the jobs. Does nothing if the thread was not started.
  void stop();
  /// To be called after stop(), once no other thread counts any more. Writes the counts and ends the thread, within
  /// stop_patience unless a run blocks it.
  void end();
  void join();

 private:
  void end_if_last();
  void record(Task<> change, std::function<void()> on_ended);

  boost::asio::io_context& io_;
  database::Provider& provider_;
  const std::span<const EmbeddedFile> migrations_;
  SharedParts& shared_;
  telemetry::Log& log_;

  // Set by start(); once the thread runs, only it touches them.
  std::unique_ptr<database::Database> database_;
  std::optional<jobs::LeaseStore> leases_;
  std::optional<jobs::Scheduler> scheduler_;
  std::optional<runtime::SteadyTimer> patience_;
  int ending_ = 2;  ///< what has yet to end before the event loop may: the jobs and the record of the end

  std::thread thread_;
};

}  // namespace gatehouse::service
