#include "cli/commands/serve.hpp"

#include <unistd.h>

#include <expected>
#include <string>

#include "cli/sources.hpp"
#include "http/certificate_advice.hpp"
#include "service/process.hpp"
#include "service/reload.hpp"
#include "service/settings.hpp"
#include "telemetry/log.hpp"
#include "telemetry/log_queue.hpp"

namespace gatehouse::cli {
namespace {

/// Colours are for terminals, and only for people who want them (https://no-color.org).
telemetry::LineForm line_form(service::LogFormat format, const Program& program) {
  const bool is_terminal = ::isatty(STDOUT_FILENO) != 0;
  const bool is_for_people =
      format == service::LogFormat::console || (format == service::LogFormat::automatic && is_terminal);
  if (!is_for_people) return telemetry::LineForm::json;
  const auto no_colour = program.environment.find("NO_COLOR");
  const bool wants_none = no_colour != program.environment.end() && !no_colour->second.empty();
  return is_terminal && !wants_none ? telemetry::LineForm::coloured : telemetry::LineForm::readable;
}

std::expected<service::Loaded, config::Mistakes> reread(const Program& program, const std::string& dotenv_name) {
  const auto sources = read_sources(program, dotenv_name, false);
  if (sources) return service::load_settings(*sources, program.random);
  return std::unexpected(config::Mistakes{{dotenv_name, "cannot be read", "check its permissions"}});
}

int run_serve(const Program& program, const service::Loaded& loaded) {
  telemetry::LogQueue queue{telemetry::LineWriter{STDOUT_FILENO}, telemetry::LogQueue::lines_max_default,
                            line_form(loaded.settings.application.log_format, program)};
  telemetry::Log log{queue, program.clock, loaded.settings.application.log_level};
  const service::Supervisor supervisor{program.environment, log};
  service::log_warnings(log, loaded.reading.warnings);
  service::log_warnings(log, http::certificate_advice(loaded.settings.server, program.clock.now()));
  service::OutageLog outages{log};
  const database::DriverLog driver_log = [&outages](telemetry::Level level, std::string_view event,
                                                    std::string_view detail) {
    outages.write(level, event, "detail", detail);
  };
  return program.serve({.settings = loaded.settings,
                        .clock = program.clock,
                        .random = program.random,
                        .open_provider = [&] { return program.open_provider(loaded.settings, driver_log); },
                        .reread = [&] { return reread(program, loaded.reading.dotenv_name); },
                        .log = log,
                        .log_queue = queue,
                        .outages = outages,
                        .supervisor = supervisor,
                        .migrations = program.migrations,
                        .seeds = program.seeds,
                        .openapi = program.openapi,
                        .build = program.build});
}

}  // namespace

void add_serve_command(Commands& commands) {
  commands.add_default("serve", "Serve until SIGTERM (the default)", run_serve);
}

}  // namespace gatehouse::cli
