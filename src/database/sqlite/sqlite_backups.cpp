#include "database/sqlite/sqlite_backups.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "database/errors.hpp"
#include "database/sqlite/connection.hpp"
#include "database/sqlite/database_file.hpp"
#include "database/sqlite/other_processes.hpp"
#include "database/sqlite/stale_log.hpp"
#include "runtime/descriptor.hpp"

namespace gatehouse::database::sqlite {

// Invariants of a restoration. The backup is copied beside the database first, and only the copy is checked and
// changed. The old database is then opened alone: nobody else has it open or can open it, and its log is part of its
// file. So the rename that ends everything is one step, and there is no log that could be replayed into the wrong file.
// Whoever waited for the old file finds it replaced and opens the new one (ConnectionSlot).

namespace {

using runtime::Descriptor;

std::unexpected<std::string> failure(const std::string& doing) {
  return std::unexpected(doing + ": " + std::generic_category().message(errno));
}

bool exists(const std::string& path) { return identify(path) != FileId{}; }

/// Reads every page. Throws if it cannot.
std::expected<BackupContent, std::string> examine(Connection& connection) {
  const Rows verdict = connection.run_check("PRAGMA integrity_check(1)").value();
  if (verdict[0].text(0) != "ok") return std::unexpected("is damaged: " + std::string{verdict[0].text(0)});
  const Rows known =
      connection
          .run_check(
              "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('users', 'gatehouse_migrations')")
          .value();
  BackupContent content;
  if (known[0].integer(0) == 2) {
    content.users = connection.run_check("SELECT count(*) FROM users").value()[0].integer(0);
    const Rows names = connection.run_check("SELECT name FROM gatehouse_migrations ORDER BY name").value();
    for (std::size_t i = 0; i < names.size(); ++i) content.migrations.emplace_back(names[i].text(0));
  }
  if (content.migrations.empty()) return std::unexpected<std::string>("is not a Gatehouse database");
  return content;
}

/// The same for a file that nobody else uses.
std::expected<BackupContent, std::string> examine_file(const std::string& path, const std::atomic<bool>& stopping) {
  try {
    Connection connection{path, Role::alone, stopping, std::nullopt};
    return examine(connection);
  } catch (const std::runtime_error& refusal) {
    if (stopping.load()) return std::unexpected<std::string>("was not read to its end: interrupted");
    return std::unexpected(std::string{"cannot be read as a database: "} + refusal.what());
  }
}

std::expected<void, std::string> copy_bytes(const std::string& from, const std::string& to,
                                            const std::atomic<bool>& stopping) {
  constexpr std::size_t step_bytes = std::size_t{1} << 20;
  const Descriptor source{::open(from.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!source) return failure("cannot read " + from);
  const Descriptor copy{::open(to.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!copy) return failure("cannot write " + to);
  std::vector<char> bytes(step_bytes);
  while (!stopping.load()) {
    const ssize_t count = ::read(source.get(), bytes.data(), bytes.size());
    if (count == 0) return {};
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("cannot read " + from);
    const std::string_view piece{bytes.data(), static_cast<std::size_t>(count)};
    if (!runtime::write_all(copy.get(), piece)) return failure("cannot write " + to);
  }
  return std::unexpected<std::string>("interrupted");
}

/// A file that root restores gets the owner of the old one, or of its folder.
std::expected<void, std::string> give_to_owner(const std::string& file, const std::string& database) {
  struct stat owner{};
  const std::string folder = std::filesystem::path{database}.parent_path().string();
  const bool is_known = ::stat(database.c_str(), &owner) == 0 || ::stat(folder.c_str(), &owner) == 0;
  if (::geteuid() != 0 || !is_known) return {};
  if (::chown(file.c_str(), owner.st_uid, owner.st_gid) != 0) return failure("cannot give the file to its owner");
  return {};
}

class SqliteRestoration final : public Restoration {
 public:
  SqliteRestoration(NewFile copy, BackupContent content, const std::atomic<bool>& stopping)
      : copy_(std::move(copy)), content_(std::move(content)), stopping_(stopping) {}

  [[nodiscard]] const BackupContent& content() const noexcept override { return content_; }

  [[nodiscard]] std::expected<void, std::string> run(const RestoreTerms& terms) override {
    const std::string& path = copy_.target();
    if (!terms.then.empty()) change(terms.then);
    if (auto given = give_to_owner(copy_.path(), path); !given) return given;
    if (!exists(path)) return publish_where_none_is();
    std::unique_ptr<Connection> old;
    try {
      old = std::make_unique<Connection>(path, Role::alone, stopping_, std::nullopt);
    } catch (const std::runtime_error& refusal) {
      return std::unexpected("the existing database cannot be opened exclusively: " + std::string{refusal.what()} +
                             "; stop what uses it, or, if it is damaged, move " + path +
                             " with its -wal and -shm away and try again");
    }
    // The index of a log that no longer exists; whoever wants to open the old file waits before looking at this one.
    ::unlink((path + "-shm").c_str());
    return copy_.publish(Replacing::allowed);
  }

 private:
  void change(const std::string& sql) {
    Connection connection{copy_.path(), Role::alone, stopping_, std::nullopt};
    if (!connection.run_script(sql)) throw StatementFailed{"what was restored cannot be changed"};
  }

  /// A log that was left behind would be replayed into the backup.
  [[nodiscard]] std::expected<void, std::string> publish_where_none_is() {
    for (const std::string& left : {copy_.target() + "-wal", copy_.target() + "-journal"}) {
      if (exists(left)) return std::unexpected(left + " was left by another database; move it away and try again");
    }
    return copy_.publish(Replacing::refused);
  }

  NewFile copy_;
  const BackupContent content_;
  const std::atomic<bool>& stopping_;
};

}  // namespace

SqliteBackups::SqliteBackups(const DatabaseSettings& settings, BackupParts parts)
    : path_(std::filesystem::weakly_canonical(std::filesystem::absolute(settings.sqlite.path)).string()),
      parts_(std::move(parts)) {}

std::expected<BackupContent, std::string> SqliteBackups::save(const NewFile& file,
                                                              std::string_view /*server_version*/) {
  if (!exists(path_)) return std::unexpected(path_ + " does not exist, so there is nothing to back up");
  if (has_stale_log(path_)) {
    return std::unexpected(path_ + "-wal was left by another database; move it and the -shm file away first");
  }
  {
    Connection source{path_, Role::reader, parts_.stopping, std::nullopt};
    Connection copy{file.path(), Role::alone, parts_.stopping, std::nullopt};
    source.copy_to(copy);
  }
  auto content = examine_file(file.path(), parts_.stopping);
  if (!content) return std::unexpected("the copy of " + path_ + ' ' + content.error());
  return content;
}

std::expected<std::unique_ptr<Restoration>, std::string> SqliteBackups::open(const std::string& file) {
  const std::string mark = first_bytes(file);
  if (mark.starts_with(postgres_dump_mark)) {
    return std::unexpected(file + " is a backup of a PostgreSQL database, but the settings name an SQLite one");
  }
  if (mark != sqlite_file_mark) return std::unexpected(file + " is not a Gatehouse backup");
  if (exists(file + "-wal")) {
    return std::unexpected(file + "-wal exists: " + file +
                           " is a database in use, or was copied from one, and is not a backup; make one with "
                           "`gatehouse backup`");
  }
  if (!exists(path_)) create_private_directories(std::filesystem::path{path_}.parent_path());
  auto copy = NewFile::create(path_);
  if (!copy) return std::unexpected(copy.error());
  if (auto copied = copy_bytes(file, copy->path(), parts_.stopping); !copied) return std::unexpected(copied.error());
  auto content = examine_file(copy->path(), parts_.stopping);
  if (!content) return std::unexpected(file + ' ' + content.error());
  return std::make_unique<SqliteRestoration>(*std::move(copy), *std::move(content), parts_.stopping);
}

std::vector<std::string> SqliteBackups::list_others() { return OtherProcesses{path_}.list(); }

}  // namespace gatehouse::database::sqlite
