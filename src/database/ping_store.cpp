#include "database/ping_store.hpp"

#include <utility>

namespace gatehouse::database {
namespace {

constexpr Statement ping_statement{"ping", "SELECT 1"};

}  // namespace

Task<> ping(Database& database) {
  Parameters parameters;
  co_await database.query(ping_statement, std::move(parameters));
}

}  // namespace gatehouse::database
