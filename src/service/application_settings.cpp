#include "service/application_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::service {
namespace {

using namespace config;
using telemetry::Level;
using Text = std::string_view;

constexpr std::string_view application_group = "Application";
constexpr std::array environments{Choice<Environment>{"development", Environment::development},
                                  Choice<Environment>{"test", Environment::test},
                                  Choice<Environment>{"production", Environment::production}};
constexpr std::array log_levels{Choice<Level>{"trace", Level::trace}, Choice<Level>{"debug", Level::debug},
                                Choice<Level>{"info", Level::info},   Choice<Level>{"warn", Level::warn},
                                Choice<Level>{"error", Level::error}, Choice<Level>{"off", Level::off}};
constexpr std::array log_formats{Choice<LogFormat>{"auto", LogFormat::automatic},
                                 Choice<LogFormat>{"json", LogFormat::json},
                                 Choice<LogFormat>{"console", LogFormat::console}};

/// An environment that cannot be read counts as production, so that a typing error never relaxes a rule.
Parsed<void> assign_environment(Text text, Environment& out) {
  out = Environment::production;
  return assign_choice(text, environments, out);
}

constexpr auto application_rows = std::to_array<SettingOf<ApplicationSettings>>({
    {{.name = "NODE_ENV",
      .group = application_group,
      .default_text = "",
      .description = "Used if APP_ENV is not set or empty, so that the Express service's .env keeps its meaning.",
      .stands_in_for = "APP_ENV"},
     [](ApplicationSettings& s, Text text) { return assign_environment(text, s.environment); }},
    {{"APP_ENV", application_group, "development",
      "development, test or production. Production refuses to start with missing, short or example secrets."},
     [](ApplicationSettings& s, Text text) { return assign_environment(text, s.environment); }},
    {{"LOG_LEVEL", application_group, "info",
      "trace, debug, info, warn, error or off. Access lines are written at info and below."},
     [](ApplicationSettings& s, Text text) { return assign_choice(text, log_levels, s.log_level); }},
    {{"LOG_FORMAT", application_group, "auto",
      "auto, json or console. console is for people: one short line for each event and request, coloured on a "
      "terminal unless NO_COLOR is set. auto is console on a terminal and JSON elsewhere."},
     [](ApplicationSettings& s, Text text) { return assign_choice(text, log_formats, s.log_format); }},
});

std::vector<Supplied> supplied(const ApplicationSettings& settings) {
  return {{"APP_ENV", std::string{to_text(settings.environment)}, "NODE_ENV"}};
}

}  // namespace

Section<ApplicationSettings> application_section() { return {.rows = application_rows, .supplied = supplied}; }

}  // namespace gatehouse::service
