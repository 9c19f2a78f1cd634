#include "cli/commands/backup.hpp"

#include <unistd.h>

#include <CLI/App.hpp>
#include <algorithm>
#include <cerrno>
#include <expected>
#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <system_error>
#include <vector>

#include "audit/seal_store.hpp"
#include "cli/commands/consent.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/others.hpp"
#include "database/backups.hpp"
#include "database/database_facts.hpp"
#include "database/errors.hpp"
#include "database/schema/migration_error_text.hpp"
#include "database/schema/migrator.hpp"
#include "database/schema/restored_rows.hpp"
#include "database/schema/table_copy.hpp"
#include "database/schema/table_scripts.hpp"
#include "runtime/interruption.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `backup FILE`.
struct BackupOptions {
  std::string file;
  bool force = false;  ///< replaces a file that exists
};

/// Arguments of `restore FILE`.
struct RestoreOptions {
  std::string file;
  bool ends_sessions = false;
  Consent consent;
};

void define_file(CLI::App& command, std::string& file, const std::string& what) {
  command.add_option("file", file, what)->required()->type_name("FILE");
}

void define_backup(CLI::App& command, BackupOptions& options) {
  define_file(command, options.file, "The backup to write");
  command.add_flag("--force", options.force, "Replace the file if it exists");
}

void define_restore(CLI::App& command, RestoreOptions& options) {
  define_file(command, options.file, "A backup that `gatehouse backup` wrote");
  command.add_flag("--end-sessions", options.ends_sessions,
                   "End every session, so that all users must log in again, and void mailed links");
  define_consent(command, options.consent);
}

bool is_postgres(const service::Loaded& loaded) {
  return loaded.settings.database.kind == database::DatabaseKind::postgres;
}

/// Why the backup must not get that name; std::nullopt if it may. Replacing a device by a file would remove the device.
std::optional<std::string> find_objection(const BackupOptions& options) {
  using std::filesystem::file_type;
  std::error_code unknown;
  const file_type there = std::filesystem::symlink_status(options.file, unknown).type();
  if (there == file_type::not_found || there == file_type::none) return std::nullopt;
  if (!options.force) return options.file + " exists; --force replaces it";
  if (there != file_type::regular) return options.file + " is not a regular file";
  return std::nullopt;
}

database::BackupParts parts_for(const Program& program, const runtime::Interruption& interruption) {
  return {.stopping = interruption.has_come(), .tell = [&program](const std::string& line) {
            program.out << "Running " << line << '\n' << std::flush;
          }};
}

int refuse(const Program& program, const std::string& why, std::string_view consequence) {
  program.err << why << ". " << consequence << '\n';
  return exit_failure;
}

std::string describe(const database::BackupContent& content) {
  return std::to_string(content.users) + (content.users == 1 ? " user" : " users") + ", migrated to " +
         content.newest_migration();
}

/// Empty for SQLite, whose version is the program's own.
std::string server_version(const Program& program, const service::Loaded& loaded) {
  if (!is_postgres(loaded)) return {};
  DatabaseSession session{program, loaded.settings};
  return session.run(database::read_database_facts(session.schema())).version;
}

/// An interruption does not count as a failure of the database.
std::expected<database::BackupContent, std::string> save(database::Backups& backups, const database::NewFile& file,
                                                         const std::string& version,
                                                         const runtime::Interruption& interruption) {
  try {
    return backups.save(file, version);
  } catch (const database::Unavailable&) {
    if (!interruption.has_come().load()) throw;
    return std::unexpected<std::string>("interrupted");
  }
}

std::expected<database::BackupContent, std::string> write_backup(const Program& program, const BackupOptions& options,
                                                                 const service::Loaded& loaded) {
  const runtime::Interruption interruption;
  const auto backups = program.open_backups(loaded.settings, parts_for(program, interruption));
  const std::string version = server_version(program, loaded);
  auto file = database::NewFile::create(options.file);
  if (!file) return std::unexpected(file.error());
  auto content = save(*backups, *file, version, interruption);
  if (!content) return content;
  const auto replacing = options.force ? database::Replacing::allowed : database::Replacing::refused;
  if (auto published = file->publish(replacing); !published) return std::unexpected(published.error());
  return content;
}

int back_up(const Program& program, const BackupOptions& options, const service::Loaded& loaded) {
  constexpr std::string_view consequence = "No backup was written";
  if (const auto objection = find_objection(options)) return refuse(program, *objection, consequence);
  const auto content = write_backup(program, options, loaded);
  if (!content) return refuse(program, content.error(), consequence);
  program.out << "Wrote " << options.file << ": " << std::filesystem::file_size(options.file) << " bytes, "
              << describe(*content) << "\nTo restore it, stop the service and run `gatehouse restore " << options.file
              << "`. Back up the secrets of the settings, too: this file has none\n";
  return exit_success;
}

/// Why the file cannot be read; std::nullopt if it can.
std::optional<std::string> find_obstacle(const std::string& path) {
  if (::access(path.c_str(), R_OK) == 0) return std::nullopt;
  return path + " cannot be read: " + std::generic_category().message(errno);
}

/// The name of a migration that this program lacks; std::nullopt if it knows them all.
std::optional<std::string> find_unknown(const Program& program, const service::Loaded& loaded,
                                        const database::BackupContent& content) {
  const auto dialect = is_postgres(loaded) ? database::Dialect::postgres : database::Dialect::sqlite;
  const auto plan = database::schema::plan_migrations(program.migrations, dialect);
  for (const std::string& name : content.migrations) {
    if (std::ranges::find(plan, name, &database::schema::Migration::name) == plan.end()) return name;
  }
  return std::nullopt;
}

std::string in_use(const std::vector<std::string>& others) {
  std::string text = "The database is in use; stop the service first. Connected:";
  for (const std::string& other : others) text += "\n  " + other;
  return text;
}

/// The SQL that turns a partitioned table into an empty plain one, and drops an unfinished copy of it: `pg_restore
/// --clean` cannot drop the keys of partitions one by one.
std::string make_plain(DatabaseSession& session, const database::schema::ReshapableTable& table) {
  namespace schema = database::schema;
  const auto state = session.run(schema::read_table_state(session.schema(), table));
  std::string script = state.has_copy ? schema::drop_copy_script(table) : std::string{};
  if (state.layout.is_partitioned()) {
    script += schema::begin_copy_script(table, {}) + schema::follow_changes_script(table) +
              schema::switch_tables_script(table) + schema::drop_copy_script(table);
  }
  return script;
}

/// The SQL that takes the database back to the migrations of the backup.
std::expected<std::string, std::string> prepare_postgres(const Program& program, const service::Loaded& loaded,
                                                         const database::BackupContent& content) {
  DatabaseSession session{program, loaded.settings};
  if (const auto others = session.run(list_who_stays(session.schema())); !others.empty()) {
    return std::unexpected(in_use(others));
  }
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  auto script = session.run(migrator.undo_script(content.migrations));
  if (!script) return std::unexpected(database::schema::describe(script.error()));
  return make_plain(session, database::schema::sessions_table) + make_plain(session, database::schema::audit_table) +
         *std::move(script);
}

/// Checks what must hold before the question is asked. Returns the SQL as above.
std::expected<std::string, std::string> prepare(const Program& program, const service::Loaded& loaded,
                                                database::Backups& backups, const database::BackupContent& content,
                                                const std::string& file) {
  if (const auto unknown = find_unknown(program, loaded, content)) {
    return std::unexpected(file + " was made by a newer Gatehouse: this one does not know its migration " + *unknown +
                           ". Restore it with that version or a later one");
  }
  if (is_postgres(loaded)) return prepare_postgres(program, loaded, content);
  if (const auto others = backups.list_others(); !others.empty()) return std::unexpected(in_use(others));
  return std::string{};
}

void report(const Program& program, const RestoreOptions& options, const database::BackupContent& content) {
  program.out << "Restored " << options.file << ": " << describe(content)
              << "\nStart the service now; it applies missing migrations\n";
  if (options.ends_sessions) {
    program.out << "All sessions were ended, so every user must log in again, and mailed links are void\n";
  } else {
    program.out << "Sessions that have ended since the backup, and mailed links that were used, are valid again until "
                   "they expire. To end them all, restore again with --end-sessions\n";
  }
}

/// Makes events of commands that run before the service starts come after the restored ones, too. A backup without
/// seals has positions that no seal covers.
void raise_audit_positions(const Program& program, const service::Loaded& loaded,
                           const database::BackupContent& content) {
  if (std::ranges::find(content.migrations, audit::SealStore::migration) == content.migrations.end()) return;
  DatabaseSession session{program, loaded.settings};
  audit::SealStore seals{session.database()};
  (void)session.run(seals.raise_positions());
}

int restore(const Program& program, const RestoreOptions& options, const service::Loaded& loaded) {
  constexpr std::string_view consequence = "The database is unchanged";
  const runtime::Interruption interruption;
  const auto backups = program.open_backups(loaded.settings, parts_for(program, interruption));
  if (const auto unreadable = find_obstacle(options.file)) return refuse(program, *unreadable, consequence);
  const auto restoration = backups->open(options.file);
  if (!restoration) return refuse(program, restoration.error(), consequence);
  const database::BackupContent& content = (*restoration)->content();
  auto undo = prepare(program, loaded, *backups, content, options.file);
  if (!undo) return refuse(program, undo.error(), consequence);
  const std::string loss = "This replaces the whole database with the backup, which has " + describe(content) +
                           ". Everything written since then is lost";
  if (!has_consent(program, options.consent, loss)) return exit_failure;
  if (interruption.has_come()) return refuse(program, "Interrupted", consequence);
  std::string then = options.ends_sessions ? database::schema::ending_script(content.migrations) : std::string{};
  const auto restored = (*restoration)->run({.undo = *std::move(undo), .then = std::move(then)});
  if (!restored) return refuse(program, restored.error(), consequence);
  raise_audit_positions(program, loaded, content);
  report(program, options, content);
  return exit_success;
}

}  // namespace

void add_backup_commands(Commands& commands) {
  commands.add("backup", "Write the whole database to a file, while the service runs", define_backup, back_up);
  commands.add("restore", "Replace the database with a backup; the service must be stopped", define_restore, restore);
}

}  // namespace gatehouse::cli
