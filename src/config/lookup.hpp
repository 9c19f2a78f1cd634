#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/catalog.hpp"
#include "config/load.hpp"
#include "config/mistake.hpp"
#include "config/sources.hpp"

namespace gatehouse::config {

/// A setting's text as it was given.
struct Given {
  std::string text;  ///< empty: given as "the default, please"
  Origin origin;
  std::string variable;
};

/// Finds what was given for each setting, and the names that mean nothing. `environment` outlives it.
class Lookup {
 public:
  /// `dotenv` holds the .env file's names and values, with later lines already over earlier ones.
  using Variables = std::map<std::string, std::string, std::less<>>;
  Lookup(const Variables& environment, Variables dotenv) : environment_(environment), dotenv_(std::move(dotenv)) {}

  /// What counts for this setting; appends to `mistakes` where it is given twice in one place or its file is
  /// unreadable.
  [[nodiscard]] std::optional<Given> find(const Setting& setting, Mistakes& mistakes) const;

  /// Names with our prefix that are no setting, and names in .env that are nearly one.
  [[nodiscard]] Mistakes unknown_names() const;

 private:
  const Variables& environment_;
  Variables dotenv_;
};

}  // namespace gatehouse::config
