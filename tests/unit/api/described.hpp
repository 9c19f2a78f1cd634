#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"

namespace gatehouse::api {

/// Lines of the API's description, without their indentation.
inline std::vector<std::string> description_lines() {
  std::istringstream text{std::string{embedded_openapi().front().text}};
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  }
  return lines;
}

/// The rest of each line that begins with `name`.
inline std::vector<std::string> described_values(std::string_view name) {
  std::vector<std::string> values;
  for (const std::string& line : description_lines()) {
    if (line.starts_with(name)) values.push_back(line.substr(name.size()));
  }
  return values;
}

/// The `enum` of a schema, which is written one value a line.
inline std::vector<std::string> described_enum(std::string_view schema) {
  const auto lines = description_lines();
  std::vector<std::string> values;
  std::size_t i = 0;
  while (i < lines.size() && lines[i] != schema) ++i;
  while (i < lines.size() && lines[i] != "enum:") ++i;
  for (++i; i < lines.size() && lines[i].starts_with("- "); ++i) values.push_back(lines[i].substr(2));
  return values;
}

}  // namespace gatehouse::api
