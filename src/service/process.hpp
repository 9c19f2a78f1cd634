#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/build.hpp"
#include "base/clock.hpp"
#include "base/embedded_file.hpp"
#include "crypto/random.hpp"
#include "database/provider.hpp"
#include "service/outage_log.hpp"
#include "service/reload.hpp"
#include "service/settings.hpp"
#include "service/supervisor.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_queue.hpp"

namespace gatehouse::service {

/// What main() gives to the serving process.
struct ServeParts {
  const Settings& settings;
  const Clock& clock;
  crypto::Random& random;
  std::function<std::unique_ptr<database::Provider>()> open_provider;
  Reread reread;  ///< at SIGHUP
  telemetry::Log& log;
  telemetry::LogQueue& log_queue;  ///< that of `log`, for the access log
  OutageLog& outages;              ///< told of database outages, also by open_provider's drivers
  const Supervisor& supervisor;    ///< told when the process listens, when it ends, and that it is alive
  std::span<const EmbeddedFile> migrations;
  std::span<const EmbeddedFile> seeds;
  std::string_view openapi;
  Build build;
};

/// Serves until SIGTERM or SIGINT; SIGHUP makes it reload; every other signal is ignored if it can be. First brings the
/// schema up to date (and seeds it in development). If that takes longer than a second because the database is down, or
/// longer than ten because a migration is long, it listens anyway and answers 503 until the schema is ready. Returns
/// the process's exit code: 0 after a clean shutdown, 1 if it could not start, with the reason in the log.
[[nodiscard]] int serve(const ServeParts& parts);

}  // namespace gatehouse::service
