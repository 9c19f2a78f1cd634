// DATABASE_URL: any text is read or refused, and what was read as PostgreSQL has a port.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "database/database_url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse::database;
  DatabaseSettings database;
  const std::string_view url{reinterpret_cast<const char*>(bytes), size};
  const auto read = read_database_url(database, url);
  if (read && database.kind == DatabaseKind::postgres && database.postgres.port == 0) std::abort();
  return 0;
}
