#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "config/environment.hpp"
#include "config/values.hpp"

namespace gatehouse::config {

class Checks;

/// The heading for the keys of all features.
inline constexpr std::string_view secrets_group = "Secrets";

/// How a setting's value is treated. A value that is not open is never shown. It may also be given as NAME_FILE, the
/// path of a file that holds it.
enum class Secrecy {
  open,
  secret,
  /// A comma-separated list of secrets that the service cannot do without. Production refuses missing, weak and
  /// repeated ones; elsewhere they are warnings, and a missing one is generated.
  key,
};

/// One thing an operator can set, as people see it: in `doctor`, docs/configuration.md, `.env.example` and the
/// suggestions for misspelt names. Its texts have static storage.
struct Setting {
  std::string_view name;
  std::string_view group;         ///< heading in documents
  std::string_view default_text;  ///< used if it is not given; empty: no default
  std::string_view description;   ///< one or two sentences for an operator
  Secrecy secrecy = Secrecy::open;
  std::string_view production_default = {};  ///< if not empty, replaces default_text in production
  std::string_view stands_in_for = {};       ///< read only if the setting of this name has no value
  std::string_view follows = {};             ///< the setting of another feature that it is listed after

  [[nodiscard]] constexpr bool is_secret() const { return secrecy != Secrecy::open; }
};

/// The default that counts in this environment.
[[nodiscard]] constexpr std::string_view default_text(const Setting& setting, Environment environment) {
  const bool differs = environment == Environment::production && !setting.production_default.empty();
  return differs ? setting.production_default : setting.default_text;
}

/// A row of a feature's table: a setting and how its text is read into `Settings`, the feature's own struct.
template <class Settings>
struct SettingOf : Setting {
  /// Reads a non-empty text. If it cannot be read, leaves the settings as they were or sets a safe value. A key, which
  /// has `keys`, needs no such function.
  Parsed<void> (*read)(Settings& settings, std::string_view text) = nullptr;
  std::vector<SecretString> Settings::* keys = nullptr;   ///< where a key's secrets go
  bool (*is_needed)(const Settings& settings) = nullptr;  ///< whether a missing key matters; null: always
};

/// A value that came from a setting other than its own: DB_PORT's from DATABASE_URL, for example.
struct Supplied {
  std::string_view name;
  std::string value;
  std::string_view source;  ///< the other setting; if it was not given, nothing was supplied
};

/// Everything that configuration has to know of one feature. The rows have static storage.
template <class Settings>
struct Section {
  std::span<const SettingOf<Settings>> rows;
  void (*check)(const Settings& settings, Checks& checks) = nullptr;  ///< the feature's rules, or none
  std::vector<Supplied> (*supplied)(const Settings& settings) = nullptr;
};

}  // namespace gatehouse::config
