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
  std::string text;  ///< empty: the default is asked for
  Origin origin;
  std::string variable;
  bool is_public = false;  ///< it came from a file of its own that every user of the machine may read
};

/// Finds the value given for each setting, and names that are not settings. `catalog` and `environment` outlive it.
class Lookup {
 public:
  /// `dotenv` holds the .env file's names and values, with later lines already over earlier ones.
  using Variables = std::map<std::string, std::string, std::less<>>;
  Lookup(const Catalog& catalog, const Variables& environment, Variables dotenv)
      : catalog_(catalog), environment_(environment), dotenv_(std::move(dotenv)) {}

  /// What counts for this setting; appends to `mistakes` where it is given twice in one place or its file is
  /// unreadable.
  [[nodiscard]] std::optional<Given> find(const Setting& setting, Mistakes& mistakes) const;

  /// Names with our prefix that are not settings, and names in .env that look like a misspelt setting.
  [[nodiscard]] Mistakes unknown_names() const;

 private:
  const Catalog& catalog_;
  const Variables& environment_;
  Variables dotenv_;
};

}  // namespace gatehouse::config
