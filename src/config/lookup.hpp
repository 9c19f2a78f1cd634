#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/catalog.hpp"
#include "config/mistake.hpp"

namespace gatehouse::config {

/// Where a setting's value came from.
enum class Origin { fallback, dotenv, environment, development_secrets, generated };

[[nodiscard]] std::string_view to_text(Origin origin);

/// A setting's text as it was given.
struct Given {
  std::string text;  ///< empty asks for the default
  Origin origin;
  std::string variable;
  bool is_public = false;  ///< it came from a NAME_FILE that every user of the machine may read
};

/// Finds the value given for each setting, and names that are not settings. `catalog` and `environment` outlive it.
class Lookup {
 public:
  /// `dotenv` holds the .env file's names and values; later lines have already replaced earlier ones.
  using Variables = std::map<std::string, std::string, std::less<>>;
  Lookup(const Catalog& catalog, const Variables& environment, Variables dotenv)
      : catalog_(catalog), environment_(environment), dotenv_(std::move(dotenv)) {}

  /// The value that counts for this setting. Appends to `mistakes` if it is given twice in one place, or if its file
  /// is unreadable, empty or too large.
  [[nodiscard]] std::optional<Given> find(const Setting& setting, Mistakes& mistakes) const;

  /// Names with our prefix that are not settings, and names in .env that look like a misspelt setting.
  [[nodiscard]] Mistakes unknown_names() const;

 private:
  const Catalog& catalog_;
  const Variables& environment_;
  Variables dotenv_;
};

}  // namespace gatehouse::config
