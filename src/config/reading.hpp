#pragma once

#include <string>
#include <vector>

#include "config/form.hpp"
#include "config/lookup.hpp"
#include "config/mistake.hpp"
#include "config/sources.hpp"
#include "crypto/random.hpp"

namespace gatehouse::config {

/// A setting as it ended up, for people to look at.
struct ResolvedSetting {
  const Setting* setting;
  std::string shown;  ///< the value; `(hidden)` for secrets, empty if there is none
  Origin origin = Origin::fallback;
  std::string variable;  ///< the name it was given under, `GATEHOUSE_PORT`; empty if it was not given
};

/// The result of reading the sources, besides the values themselves.
struct Reading {
  Mistakes mistakes;                      ///< if there are any, the values may be shown but not used
  Mistakes warnings;                      ///< what should be improved, and what production would refuse
  std::vector<ResolvedSetting> resolved;  ///< every setting of the form, in its order
  std::string dotenv_name;                ///< the file that Origin::dotenv refers to
};

/// Fills in the form from the sources and checks everything at once.
///
/// A setting NAME may be given as GATEHOUSE_NAME (which wins) or NAME, in the environment (which wins) or in .env. A
/// secret setting may also be given as NAME_FILE, the path of a file whose content, without a final line end, is the
/// value. An empty value means the default. In production, missing, short, example and repeated keys, unknown
/// GATEHOUSE_ names and misspelt names in .env are mistakes. Elsewhere they are warnings, and missing keys are
/// generated with `random` for the life of the process. A value that cannot be parsed, is out of range or contradicts
/// another is a mistake everywhere. No mistake or warning holds a value, except the path of a secret's file that is
/// unreadable or too large. Reads the files that settings name; otherwise pure.
[[nodiscard]] Reading read_into(const Form& form, const Sources& sources, crypto::Random& random);

/// A fresh secret: 32 random bytes as base64url.
[[nodiscard]] std::string generate_secret(crypto::Random& random);

}  // namespace gatehouse::config
