#pragma once

#include <span>
#include <string_view>

#include "config/settings.hpp"
#include "config/values.hpp"

namespace gatehouse::config {

/// One thing an operator can set. The one table of these drives reading, `.env.example`, docs/configuration.md, the
/// doctor's list and the suggestions for misspelt names.
struct Setting {
  std::string_view name;
  std::string_view group;         ///< heading in documents
  std::string_view default_text;  ///< what applies when it is not given; empty: nothing
  std::string_view description;   ///< one or two sentences for an operator
  /// Reads a non-empty text into the settings. Leaves them as they were, or a safe value, where it cannot be read.
  Parsed<void> (*apply)(Settings& settings, std::string_view text) = nullptr;
  bool secret = false;                       ///< never shown; may also be given as NAME_FILE, a file's path
  std::string_view production_default = {};  ///< instead of default_text in production, where not empty
};

/// Every setting, in the order in which they are applied and documented: those that name the environment come first,
/// DATABASE_URL after the DB_… names it overrides.
[[nodiscard]] std::span<const Setting> catalog();

/// The setting of that exact name, or nullptr.
[[nodiscard]] const Setting* find_setting(std::string_view name);

/// The default that counts in this environment.
[[nodiscard]] std::string_view default_text(const Setting& setting, Environment environment);

}  // namespace gatehouse::config
