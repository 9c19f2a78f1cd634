#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/embedded_file.hpp"
#include "config/settings.hpp"
#include "database/provider.hpp"
#include "telemetry/line_writer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cli {

/// What the serving process is given by the program's entry.
struct ServeParts {
  const config::Settings& settings;
  std::function<std::unique_ptr<database::Provider>()> open_provider;
  telemetry::Log& log;
  telemetry::LineWriter& log_writer;  ///< where `log` writes, for the access log
  std::span<const EmbeddedFile> migrations;
  std::span<const EmbeddedFile> seeds;
  std::string_view openapi;
};

/// Serves until SIGTERM or SIGINT. Brings the schema up to date first (and seeds it in development); where the database
/// is away it starts all the same, answers 503 and catches up once it is there. The process's exit code: 0 after a
/// clean shutdown, 1 where it could not start, with the reason in the log.
[[nodiscard]] int serve(const ServeParts& parts);

}  // namespace gatehouse::cli
