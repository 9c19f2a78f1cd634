#include "cli/commands/serve.hpp"

#include <unistd.h>

#include "telemetry/log.hpp"
#include "telemetry/log_queue.hpp"

namespace gatehouse::cli {
namespace {

int run_serve(const Program& program, const service::Loaded& loaded) {
  telemetry::LogQueue queue{telemetry::LineWriter{STDOUT_FILENO}};
  telemetry::Log log{queue, program.clock, loaded.settings.application.log_level};
  for (const config::Mistake& warning : loaded.reading.warnings) {
    log.warn("setting_warning", {{"name", warning.name}, {"problem", warning.problem}, {"remedy", warning.remedy}});
  }
  const database::DriverLog driver_log = [&log](telemetry::Level level, std::string_view event,
                                                std::string_view detail) {
    log.write(level, event, {{"detail", detail}});
  };
  return program.serve({.settings = loaded.settings,
                        .clock = program.clock,
                        .random = program.random,
                        .open_provider = [&] { return program.open_provider(loaded.settings, driver_log); },
                        .log = log,
                        .log_queue = queue,
                        .migrations = program.migrations,
                        .seeds = program.seeds,
                        .openapi = program.openapi});
}

}  // namespace

void add_serve_command(Commands& commands) {
  commands.add_default("serve", "Serve until SIGTERM (the default)", run_serve);
}

}  // namespace gatehouse::cli
