#pragma once

#include <span>
#include <string>
#include <string_view>

#include "database/schema/migration_preview.hpp"

namespace gatehouse::cli {

/// `migrate plan` for people: each migration, what it does to existing tables, and what waits for it meanwhile. There
/// must be at least one migration. Without a final line end.
[[nodiscard]] std::string describe_plan(std::span<const database::schema::MigrationPreview> migrations,
                                        database::Dialect dialect);

/// `migrate plan --json`: `{"refused":null,"estimateMs":…,"migrations":[{"name","summary","sql","tables":[{"table",
/// "rows","bytes","lock","blocks","work","estimateMs"}],"laterSql","later":[…],"rollbackLoses":[…],"understood":true}]}`.
/// With a final line end.
[[nodiscard]] std::string plan_json(std::span<const database::schema::MigrationPreview> migrations,
                                    database::Dialect dialect);

/// The same if the migrations would be refused, with the reason.
[[nodiscard]] std::string refused_plan_json(std::string_view reason);

}  // namespace gatehouse::cli
