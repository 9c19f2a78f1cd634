#include "database/postgres/dump_reader.hpp"

#include <algorithm>

namespace gatehouse::database::postgres {
namespace {

// Longer than a COPY command, and than a row's first column.
constexpr std::size_t line_bytes_max = 16'384;

/// `"my schema"` without its quotes.
std::string unquoted(std::string_view name) {
  if (!name.starts_with('"') || name.size() < 2) return std::string{name};
  std::string text;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    if (name[i] == '"') ++i;
    text += name[i];
  }
  return text;
}

}  // namespace

void DumpReader::read(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    line_ += piece.substr(0, line_bytes_max - std::min(line_bytes_max, line_.size()));
    if (end == std::string_view::npos) return;
    end_line();
    bytes.remove_prefix(end + 1);
  }
}

void DumpReader::end_line() {
  if (place_ == Place::elsewhere) {
    place_ = table_of(line_);
  } else if (line_ == "\\.") {
    place_ = Place::elsewhere;
  } else if (place_ == Place::users) {
    ++content_.users;
  } else if (place_ == Place::migrations) {
    content_.migrations.push_back(line_.substr(0, line_.find('\t')));
  }
  line_.clear();
}

/// `COPY public.users (id, …) FROM stdin;`
DumpReader::Place DumpReader::table_of(std::string_view line) {
  constexpr std::string_view command = "COPY ";
  if (!line.starts_with(command) || !line.ends_with(" FROM stdin;")) return Place::elsewhere;
  const std::string_view table = line.substr(command.size(), line.find(" (") - command.size());
  const std::size_t dot = table.rfind('.');
  if (dot == std::string_view::npos) return Place::other_table;
  const std::string_view name = table.substr(dot + 1);
  if (name == "users") return Place::users;
  if (name != "gatehouse_migrations") return Place::other_table;
  schema_ = unquoted(table.substr(0, dot));
  return Place::migrations;
}

}  // namespace gatehouse::database::postgres
