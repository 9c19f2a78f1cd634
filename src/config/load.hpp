#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/catalog.hpp"
#include "config/mistake.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"
#include "crypto/random.hpp"

namespace gatehouse::config {

/// Where a setting's value came from.
enum class Origin { fallback, dotenv, environment, generated };

[[nodiscard]] std::string_view to_text(Origin origin);

/// A setting as it ended up, for people to look at.
struct ResolvedSetting {
  const Setting* setting;
  std::string shown;  ///< the value; `(hidden)` for secrets, empty where there is none
  Origin origin = Origin::fallback;
  std::string variable;  ///< the name it was given under, `GATEHOUSE_PORT`; empty where it was not given
};

struct Loaded {
  Settings settings;
  Mistakes warnings;                      ///< what would be better otherwise, and what production would refuse
  std::vector<ResolvedSetting> resolved;  ///< every setting of the catalog, in its order
  std::string dotenv_name;                ///< what Origin::dotenv stands for
};

/// Reads and checks everything at once: the settings, or every mistake there is.
///
/// A setting NAME may stand as GATEHOUSE_NAME (which wins) or NAME, in the environment (which wins) or in .env; a
/// secret one also as NAME_FILE, the path of a file whose content, without a final line end, is the value. An empty
/// value means the default. In production missing, short, example and repeated secrets, unknown GATEHOUSE_ names and
/// misspelt names in .env are mistakes; elsewhere they are warnings, and missing secrets are made up with `random` for
/// as long as the process lives. What cannot be parsed, is out of range or contradicts itself is a mistake everywhere.
/// No mistake or warning holds a value, but for the path of a secret's file that cannot be read. Reads the files that
/// are named; otherwise pure.
[[nodiscard]] std::expected<Loaded, Mistakes> load_settings(const Sources& sources, crypto::Random& random);

/// Settings as far as they could be read, and every mistake: for showing them, not for use where there are mistakes.
struct Reading {
  Loaded loaded;
  Mistakes mistakes;
};

[[nodiscard]] Reading read_settings(const Sources& sources, crypto::Random& random);

/// A fresh secret: 32 random bytes as base64url.
[[nodiscard]] std::string generate_secret(crypto::Random& random);

}  // namespace gatehouse::config
