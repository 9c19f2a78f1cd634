#include "database/ping_store.hpp"

namespace gatehouse::database {
namespace {

constexpr Statement ping_statement{"ping", "SELECT 1"};

}  // namespace

Task<> ping(Database& database) { co_await database.query(ping_statement, {}); }

}  // namespace gatehouse::database
