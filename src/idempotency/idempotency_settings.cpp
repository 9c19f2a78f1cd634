#include "idempotency/idempotency_settings.hpp"

#include <array>

#include "config/assign.hpp"

namespace gatehouse::idempotency {
namespace {

using namespace config;
using Text = std::string_view;

constexpr DurationRange idempotency_ttl_range{std::chrono::minutes{1}, std::chrono::days{30}};

constexpr auto idempotency_rows = std::to_array<SettingOf<IdempotencySettings>>({
    {{.name = "IDEMPOTENCY_TTL",
      .group = "HTTP server",
      .default_text = "24h",
      .description = "How long a request with an Idempotency-Key can be repeated to get the same answer.",
      .follows = "READY_NEEDS_FEED"},
     [](IdempotencySettings& s, Text text) { return assign_duration(text, idempotency_ttl_range, s.ttl); }},
});

}  // namespace

Section<IdempotencySettings> idempotency_section() { return {.rows = idempotency_rows}; }

}  // namespace gatehouse::idempotency
