#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cli/commands/database_session.hpp"
#include "json/writer.hpp"
#include "users/user_store.hpp"

namespace gatehouse::cli {

/// The user whom a command names, by number or by address; std::nullopt, with the reason printed, if there is none.
[[nodiscard]] std::optional<users::User> find_user(const Program& program, DatabaseSession& session,
                                                   const std::string& number_or_email);

/// Lines of columns, each as wide as its widest cell. Control characters, which a terminal would obey, become question
/// marks.
[[nodiscard]] std::string table_of(std::span<const std::vector<std::string>> rows);

/// A line of the table of users: number, address, name, time of creation, state.
[[nodiscard]] std::vector<std::string> cells_of_user(const users::User& user);

/// Writes the user as the API shows them, and `disabled_at`, which is null if the user is not disabled.
void write_account(json::Writer& writer, const users::User& user);

}  // namespace gatehouse::cli
