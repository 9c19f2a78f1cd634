#include "database/postgres/postgres_backups.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "database/postgres/client_program.hpp"
#include "database/postgres/dump_reader.hpp"
#include "database/postgres/script.hpp"
#include "runtime/child_process.hpp"

namespace gatehouse::database::postgres {

// Invariants of a restoration. psql gets one transaction, and its COMMIT only after pg_restore has come to its end
// without a failure. psql ends at the first error, and at the end of its input without the COMMIT; either way the
// server rolls back. So whichever of the three processes dies, the database stays as it was.

namespace {

using runtime::ChildCommand;
using runtime::ChildProcess;
using runtime::Descriptor;

constexpr const char* interrupted = "interrupted";

struct ReadBackup {
  BackupContent content;
  std::string schema;
};

std::vector<std::string> join(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Has pg_restore write the whole file as SQL, so that every byte of it is read.
std::expected<ReadBackup, std::string> read_back(const std::string& file, const std::atomic<bool>& stopping) {
  auto ends = runtime::make_pipe();
  auto child = start_client({.words = {"pg_restore", "--file=-", "--", file}, .output = ends.write.get()});
  if (!child) return std::unexpected(child.error());
  ends.write.close();
  DumpReader reader;
  const bool is_read = runtime::read_to_end(ends.read, stopping, [&reader](std::string_view bytes) {
    reader.read(bytes);
    return true;
  });
  if (!is_read) return std::unexpected<std::string>(interrupted);
  if (child->wait(stopping) != 0) return std::unexpected("pg_restore cannot read " + file);
  if (reader.content().migrations.empty()) return std::unexpected(file + " does not contain a Gatehouse database");
  return ReadBackup{reader.content(), reader.schema()};
}

std::string identifier(const std::string& name) {
  std::string text = "\"";
  for (const char letter : name) text += letter == '"' ? std::string{"\"\""} : std::string{letter};
  return text + "\"";
}

/// A program's standard input that does not raise SIGPIPE when the program is gone.
class Input {
 public:
  Input() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw std::system_error{errno, std::generic_category(), "socketpair"};
    }
    ours_ = Descriptor{ends[0]};
    theirs_ = Descriptor{ends[1]};
    const timeval look_pause{.tv_sec = 0, .tv_usec = 200'000};
    ::setsockopt(ours_.get(), SOL_SOCKET, SO_SNDTIMEO, &look_pause, sizeof look_pause);
  }

  [[nodiscard]] int for_child() const noexcept { return theirs_.get(); }
  void child_has_it() noexcept { theirs_.close(); }
  void end() noexcept { ours_.close(); }

  /// False if the program is gone, or `stopping` was set before everything was written.
  [[nodiscard]] bool write(std::string_view bytes, const std::atomic<bool>& stopping) const {
    while (!bytes.empty() && !stopping.load()) {
      const ssize_t count = ::send(ours_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
      if (count < 0 && errno != EAGAIN && errno != EINTR) return false;
    }
    return bytes.empty();
  }

 private:
  Descriptor ours_;
  Descriptor theirs_;
};

class PostgresRestoration final : public Restoration {
 public:
  PostgresRestoration(std::string file, ReadBackup backup, std::shared_ptr<const ConnectOptions> options,
                      BackupParts parts)
      : file_(std::move(file)), backup_(std::move(backup)), options_(std::move(options)), parts_(std::move(parts)) {}

  [[nodiscard]] const BackupContent& content() const noexcept override { return backup_.content; }

  [[nodiscard]] std::expected<void, std::string> run(const RestoreTerms& terms) override {
    Input sql;
    const ChildCommand command{.words = join({"psql"}, join(connection_arguments(*options_), psql_arguments())),
                               .environment = client_environment(*options_),
                               .input = sql.for_child()};
    auto psql = start_client(command);
    if (!psql) return std::unexpected(psql.error());
    sql.child_has_it();
    if (!sql.write(first_sql(terms), parts_.stopping)) return refusal(*psql, sql);
    if (auto written = write_backup(sql); !written) return std::unexpected(written.error());
    if (!sql.write(last_sql(terms), parts_.stopping)) return refusal(*psql, sql);
    sql.end();
    // From here on the server decides the outcome: an interruption would leave it unknown.
    const std::atomic<bool> never = false;
    const int code = psql->wait(never);
    if (code != 0) return std::unexpected("psql exited with " + std::to_string(code) + "; see its message above");
    return {};
  }

 private:
  static std::vector<std::string> psql_arguments() {
    return {"--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"};
  }

  [[nodiscard]] static std::string first_sql(const RestoreTerms& terms) {
    return "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(" +
           std::to_string(migration_lock) + ");\n" + terms.undo + "\n";
  }

  /// The SQL of pg_restore ends with an empty search path, but triggers need one to find tables.
  [[nodiscard]] std::string last_sql(const RestoreTerms& terms) const {
    return "\nSET LOCAL search_path TO " + identifier(backup_.schema) + ";\n" + terms.then + "\nCOMMIT;\n";
  }

  /// Restores the schema alone: extensions and other schemas belong to others, who may not want them restored.
  [[nodiscard]] std::expected<void, std::string> write_backup(const Input& sql) const {
    const std::vector<std::string> words{
        "pg_restore", "--file=-", "--clean", "--if-exists", "--no-owner", "--schema=" + backup_.schema, "--", file_};
    parts_.tell(shell_line(words) + " | " + shell_line(join({"psql"}, connection_arguments(*options_))));
    auto ends = runtime::make_pipe();
    auto child = start_client({.words = words, .output = ends.write.get()});
    if (!child) return std::unexpected(child.error());
    ends.write.close();
    const bool is_written = runtime::read_to_end(
        ends.read, parts_.stopping, [&](std::string_view bytes) { return sql.write(bytes, parts_.stopping); });
    if (parts_.stopping.load()) return std::unexpected<std::string>(interrupted);
    if (!is_written) return std::unexpected<std::string>("psql refused a statement; see its message above");
    if (child->wait(parts_.stopping) != 0) return std::unexpected("pg_restore cannot read " + file_);
    return {};
  }

  [[nodiscard]] std::unexpected<std::string> refusal(ChildProcess& psql, Input& sql) const {
    if (parts_.stopping.load()) return std::unexpected<std::string>(interrupted);
    sql.end();
    const int code = psql.wait(parts_.stopping);
    return std::unexpected("psql exited with " + std::to_string(code) + "; see its message above");
  }

  const std::string file_;
  const ReadBackup backup_;
  const std::shared_ptr<const ConnectOptions> options_;
  const BackupParts parts_;
};

std::expected<void, std::string> require_version(std::string_view server_version, const std::atomic<bool>& stopping) {
  const auto version = version_of("pg_dump", stopping);
  if (!version) return std::unexpected(version.error());
  const int own = major_version_in(*version);
  const int servers = major_version_in(server_version);
  if (own >= servers) return {};
  return std::unexpected("pg_dump " + std::to_string(own) + " is older than the server, which is " +
                         std::string{server_version} + "; install postgresql-client-" + std::to_string(servers) +
                         " or a later one");
}

}  // namespace

PostgresBackups::PostgresBackups(const DatabaseSettings& settings, BackupParts parts)
    : options_(std::make_shared<const ConnectOptions>(options_for_listening(settings.postgres))),
      parts_(std::move(parts)) {}

std::expected<BackupContent, std::string> PostgresBackups::save(const NewFile& file, std::string_view server_version) {
  if (auto good = require_version(server_version, parts_.stopping); !good) return std::unexpected(good.error());
  // The file is given by name: on its standard output, pg_dump 17 leaves a second table of contents at the end.
  const auto words_for = [this](const std::string& path) {
    return join({"pg_dump", "--format=custom", "--file=" + path}, connection_arguments(*options_));
  };
  const ChildCommand command{.words = words_for(file.path()), .environment = client_environment(*options_)};
  parts_.tell(shell_line(words_for(file.target())));
  auto child = start_client(command);
  if (!child) return std::unexpected(child.error());
  const int code = child->wait(parts_.stopping);
  if (parts_.stopping.load()) return std::unexpected<std::string>(interrupted);
  if (code != 0) return std::unexpected("pg_dump exited with " + std::to_string(code) + "; see its message above");
  auto read = read_back(file.path(), parts_.stopping);
  if (!read) return std::unexpected(read.error());
  return std::move(read->content);
}

std::expected<std::unique_ptr<Restoration>, std::string> PostgresBackups::open(const std::string& file) {
  const std::string mark = first_bytes(file);
  if (mark.starts_with(sqlite_file_mark)) {
    return std::unexpected(file + " is an SQLite database, but the settings name a PostgreSQL one");
  }
  if (!mark.starts_with(postgres_dump_mark)) return std::unexpected(file + " is not a Gatehouse backup");
  auto read = read_back(file, parts_.stopping);
  if (!read) return std::unexpected(read.error());
  return std::make_unique<PostgresRestoration>(file, *std::move(read), options_, parts_);
}

}  // namespace gatehouse::database::postgres
