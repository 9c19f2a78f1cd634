#include "service/metrics_settings.hpp"

#include <array>

#include "config/assign.hpp"
#include "config/checks.hpp"
#include "http/server_settings.hpp"

namespace gatehouse::service {
namespace {

using namespace config;
using Text = std::string_view;

constexpr std::string_view metrics_group = "Metrics";

constexpr auto metrics_rows = std::to_array<SettingOf<MetricsSettings>>({
    {{"METRICS_PORT", metrics_group, "0",
      "A separate port on which GET /metrics needs no API key; 0 means none. GET /metrics on PORT needs a key with the "
      "scope metrics."},
     [](MetricsSettings& s, Text text) { return assign_number(text, {0, 65535}, s.port); }},
    {{"METRICS_HOST", metrics_group, "127.0.0.1",
      "The address that METRICS_PORT listens on. Whoever can reach it can read the metrics."},
     [](MetricsSettings& s, Text text) { return assign_text(text, s.host); }},
});

void check(const MetricsSettings& settings, Checks& checks) {
  if (http::is_listening_address(settings.host)) return;
  checks.refuse({"METRICS_HOST", "must be an IP address or localhost", "0.0.0.0 and :: listen on every interface"});
}

}  // namespace

Section<MetricsSettings> metrics_section() { return {.rows = metrics_rows, .check = check}; }

}  // namespace gatehouse::service
