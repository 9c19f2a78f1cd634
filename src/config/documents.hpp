#pragma once

#include <string>

#include "config/catalog.hpp"

namespace gatehouse::config {

/// The tables of docs/configuration.md: a heading and a table for each group, a row for each setting.
[[nodiscard]] std::string markdown_of(const Catalog& catalog);

/// The whole of `.env.example`: every setting with its description and default; all but the keys are commented out.
[[nodiscard]] std::string dotenv_example_of(const Catalog& catalog);

/// A list for a terminal: name, default and description of each setting, group by group.
[[nodiscard]] std::string list_of(const Catalog& catalog);

}  // namespace gatehouse::config
