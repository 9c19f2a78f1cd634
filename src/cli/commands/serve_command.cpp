#include "cli/commands/serve_command.hpp"

#include <unistd.h>

#include "telemetry/line_writer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::cli {
namespace {

telemetry::Level level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::trace:
      return telemetry::Level::trace;
    case config::LogLevel::debug:
      return telemetry::Level::debug;
    case config::LogLevel::info:
      return telemetry::Level::info;
    case config::LogLevel::warn:
      return telemetry::Level::warn;
    case config::LogLevel::error:
      return telemetry::Level::error;
    case config::LogLevel::off:
      return telemetry::Level::off;
  }
  return telemetry::Level::info;
}

}  // namespace

int run_serve(const Program& program, const config::Loaded& loaded) {
  telemetry::LineWriter writer{STDOUT_FILENO};
  telemetry::Log log{writer, program.clock, {.level = level_of(loaded.settings.log_level)}};
  for (const config::Mistake& warning : loaded.warnings)
    log.warn("setting_warning", {{"name", warning.name}, {"problem", warning.problem}, {"remedy", warning.remedy}});
  const database::DriverLog driver_log = [&log](std::string_view event, std::string_view detail) {
    log.write(database::is_good_news(event) ? telemetry::Level::info : telemetry::Level::warn, event,
              {{"detail", detail}});
  };
  return program.serve({.settings = loaded.settings,
                        .clock = program.clock,
                        .random = program.random,
                        .open_provider = [&] { return program.open_provider(loaded.settings, driver_log); },
                        .log = log,
                        .log_writer = writer,
                        .migrations = program.migrations,
                        .seeds = program.seeds,
                        .openapi = program.openapi});
}

}  // namespace gatehouse::cli
