#include "database/schema/reshapable_table.hpp"

#include <array>
#include <utility>

namespace gatehouse::database::schema {

std::string with_names_of(const ReshapableTable& table, std::string_view text) {
  const std::array<std::pair<std::string_view, std::string_view>, 5> names{{{"{table}", table.name},
                                                                            {"{stem}", table.stem},
                                                                            {"{identity}", table.identity},
                                                                            {"{chosen_by}", table.chosen_by},
                                                                            {"{view}", table.view}}};
  std::string named{text};
  for (const auto& [placeholder, name] : names) {
    for (auto at = named.find(placeholder); at != std::string::npos; at = named.find(placeholder, at + name.size())) {
      named.replace(at, placeholder.size(), name);
    }
  }
  return named;
}

}  // namespace gatehouse::database::schema
