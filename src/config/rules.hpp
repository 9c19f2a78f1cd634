#pragma once

#include <functional>
#include <string_view>

#include "config/mistake.hpp"
#include "config/settings.hpp"

namespace gatehouse::config {

/// Secrets that are missing, short, examples, predictable or used twice: mistakes in production, warnings elsewhere.
[[nodiscard]] Mistakes check_secrets(const Settings& settings);

/// Keys and certificates that cannot be used: mistakes everywhere.
[[nodiscard]] Mistakes check_keys(const Settings& settings);

/// Names for PostgreSQL where the database is SQLite: mistakes in production, warnings elsewhere. `is_given` tells
/// whether a setting was given a value.
[[nodiscard]] Mistakes check_database_choice(const Settings& settings,
                                             const std::function<bool(std::string_view)>& is_given);

/// Settings that contradict each other or name unreadable files: mistakes everywhere.
[[nodiscard]] Mistakes check_combinations(const Settings& settings);

/// What works and is still worth a second look.
[[nodiscard]] Mistakes advise(const Settings& settings, const std::function<bool(std::string_view)>& is_given);

}  // namespace gatehouse::config
