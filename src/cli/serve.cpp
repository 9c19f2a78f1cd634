#include "cli/serve.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "cli/io_thread.hpp"
#include "cli/schema_startup.hpp"
#include "cli/shared_parts.hpp"
#include "flows/express_hash_watch.hpp"
#include "sessions/session_cleanup.hpp"

namespace gatehouse::cli {
namespace {

namespace asio = boost::asio;
using SignalSet = asio::basic_signal_set<Executor>;
using EventLoops = std::vector<std::unique_ptr<asio::io_context>>;
using IoThreads = std::vector<std::unique_ptr<IoThread>>;

EventLoops make_event_loops(unsigned configured) {
  const unsigned count = configured != 0 ? configured : std::max(1U, std::thread::hardware_concurrency());
  EventLoops loops;
  for (unsigned i = 0; i < count; ++i) loops.push_back(std::make_unique<asio::io_context>(1));
  return loops;
}

/// Every connection takes a descriptor, and shells start programs with 1024 of them: take what the system allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::unique_ptr<telemetry::AccessLogWriter> make_access_log_writer(const ServeParts& parts, std::size_t threads) {
  if (!parts.log.is_enabled(telemetry::Level::info)) return nullptr;
  return std::make_unique<telemetry::AccessLogWriter>(parts.log_writer, static_cast<unsigned>(threads));
}

/// The serving process: io threads over one database, and what they share. Members are destroyed in reverse order, so
/// that everything that posts to an event loop is gone before the loop is, and what connections refer to after it.
class ServingProcess {
 public:
  explicit ServingProcess(const ServeParts& parts);
  ~ServingProcess();
  ServingProcess(const ServingProcess&) = delete;
  ServingProcess& operator=(const ServingProcess&) = delete;

  /// Throws std::runtime_error where HOST and PORT cannot be had.
  void require_address();
  /// Runs the migrations, if the database is there. False where they were refused.
  bool prepare_schema();
  void listen();
  /// Until a signal ends it and the last request is answered.
  void run();

 private:
  [[nodiscard]] IoThreads make_threads();
  [[nodiscard]] IoThread& first() { return *threads_.front(); }
  void start_background_work();
  void drain_on_signal();
  [[nodiscard]] std::function<void(std::string_view)> warner(std::string_view event);

  const ServeParts& parts_;
  SystemClock clock_;
  crypto::SystemRandom random_;
  SharedParts shared_;
  EventLoops loops_;
  std::unique_ptr<telemetry::AccessLogWriter> access_log_writer_;
  std::unique_ptr<database::Provider> provider_;
  IoThreads threads_;
  SchemaStartup schema_;
  sessions::SessionCleanup cleanup_;
  flows::ExpressHashWatch express_hashes_;
  std::unique_ptr<database::ChangeFeed> feed_;
  std::optional<SignalSet> signals_;  ///< none while the schema is prepared: a signal then ends the process at once
};

ServingProcess::ServingProcess(const ServeParts& parts)
    : parts_(parts),
      shared_(parts.settings, clock_, random_, parts.openapi),
      loops_(make_event_loops(parts.settings.server.io_threads)),
      access_log_writer_(make_access_log_writer(parts, loops_.size())),
      provider_(parts.open_provider()),
      threads_(make_threads()),
      schema_({.database = first().database(),
               .accounts = first().features().accounts,
               .migrations = parts.migrations,
               .seeds = parts.settings.environment == config::Environment::development
                            ? parts.seeds
                            : std::span<const EmbeddedFile>{},
               .clock = clock_,
               .log = parts.log,
               .ready = shared_.schema_ready}),
      cleanup_(first().database(), clock_, random_),
      express_hashes_(first().database(), shared_.passwords) {}

ServingProcess::~ServingProcess() {
  // Jobs that still run deliver to event loops that have stopped; what they deliver goes with the loops.
  shared_.hashing_pool.stop();
}

IoThreads ServingProcess::make_threads() {
  IoThreads threads;
  const auto count = static_cast<unsigned>(loops_.size());
  for (const auto& loop : loops_) {
    threads.push_back(
        std::make_unique<IoThread>(*loop, *provider_, count, shared_, parts_.log, access_log_writer_.get()));
  }
  return threads;
}

void ServingProcess::require_address() {
  const config::ServerSettings& server = parts_.settings.server;
  try {
    http::require_free_address(*loops_.front(), server.host, server.port);
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error("cannot listen on HOST " + server.host + ", PORT " + std::to_string(server.port) + ": " +
                             failure.code().message());
  }
}

bool ServingProcess::prepare_schema() {
  std::optional<SchemaOutcome> outcome;
  std::exception_ptr failure;
  asio::io_context& loop = *loops_.front();
  asio::co_spawn(loop, schema_.attempt(), [&](const std::exception_ptr& thrown, SchemaOutcome result) {
    failure = thrown;
    outcome = result;
  });
  while (!outcome) loop.run_one();
  loop.restart();  // it may have run out of work, and run() would return at once
  if (failure) std::rethrow_exception(failure);
  return *outcome != SchemaOutcome::refused;
}

void ServingProcess::listen() {
  drain_on_signal();
  const config::ServerSettings& server = parts_.settings.server;
  std::uint16_t port = server.port;
  for (const auto& thread : threads_) port = thread->listen(server.host, port);
  parts_.log.info(
      "server_started",
      {{"host", server.host},
       {"port", port},
       {"tls", shared_.tls != nullptr},
       {"database", parts_.settings.database.kind == config::DatabaseKind::postgres ? "postgresql" : "sqlite"},
       {"io_threads", threads_.size()},
       {"environment", config::to_text(parts_.settings.environment)}});
}

std::function<void(std::string_view)> ServingProcess::warner(std::string_view event) {
  return [&log = parts_.log, event](std::string_view reason) { log.warn(event, {{"reason", reason}}); };
}

void ServingProcess::start_background_work() {
  runtime::TaskGroup& background = first().background();
  if (!shared_.schema_ready) background.spawn(schema_.attempt_until_ready());
  background.spawn(cleanup_.run(parts_.settings.sessions.cleanup_interval, warner("session_cleanup_failed")));
  background.spawn(express_hashes_.run(warner("express_hash_watch_failed")));
  feed_ = provider_->watch(first().io(), shared_.cache);
}

void ServingProcess::drain_on_signal() {
  signals_.emplace(*loops_.front(), SIGTERM, SIGINT);
  signals_->async_wait([this](const boost::system::error_code& ec, int signal) {
    if (ec) return;
    parts_.log.info("server_stopping", {{"signal", signal}});
    feed_.reset();
    for (const auto& thread : threads_) thread->drain();
  });
}

void ServingProcess::run() {
  start_background_work();
  for (const auto& thread : threads_) thread->start();
  for (const auto& thread : threads_) thread->join();
  parts_.log.info("server_stopped");
}

}  // namespace

int serve(const ServeParts& parts) {
  try {
    raise_descriptor_limit();
    ServingProcess process(parts);
    process.require_address();
    if (!process.prepare_schema()) return 1;
    process.listen();
    process.run();
    return 0;
  } catch (const std::exception& failure) {
    parts.log.error("server_failed", {{"reason", failure.what()}});
    return 1;
  }
}

}  // namespace gatehouse::cli
