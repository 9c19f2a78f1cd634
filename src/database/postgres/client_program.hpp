#pragma once

#include <atomic>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "database/postgres/connect_options.hpp"
#include "runtime/child_process.hpp"

namespace gatehouse::database::postgres {

/// libpq's environment variables, `PGHOST=…`, that make one of PostgreSQL's programs connect as Gatehouse does: server,
/// role, password, TLS. No password appears among a process's arguments, which everybody may read.
[[nodiscard]] std::vector<SecretString> client_environment(const ConnectOptions& options);

/// `--host=… --port=… --username=… --dbname=…`: what an operator wants to see of the connection.
[[nodiscard]] std::vector<std::string> connection_arguments(const ConnectOptions& options);

/// The words as a line for a terminal: those with unusual characters are quoted.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

/// The major version in `pg_dump (PostgreSQL) 15.18 (Debian …)` or `PostgreSQL 16beta1`; 0 if there is none.
[[nodiscard]] int major_version_in(std::string_view text);

/// Starts one of PostgreSQL's programs. If it is missing, the failure says which package has it.
[[nodiscard]] std::expected<runtime::ChildProcess, std::string> start_client(const runtime::ChildCommand& command);

/// The output of `program --version`; failures as above.
[[nodiscard]] std::expected<std::string, std::string> version_of(const std::string& program,
                                                                 const std::atomic<bool>& stopping);

}  // namespace gatehouse::database::postgres
