#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/build.hpp"
#include "base/clock.hpp"
#include "base/embedded_file.hpp"
#include "crypto/random.hpp"
#include "database/backups.hpp"
#include "database/driver_log.hpp"
#include "database/provider.hpp"

// Only declared, because every new feature changes these structs and most commands do not look inside.
namespace gatehouse::service {
struct Loaded;
struct ServeParts;
struct Settings;
}  // namespace gatehouse::service

namespace gatehouse::cli {

/// Exit codes of every command.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;  ///< the command could not do its work, or found something wrong
inline constexpr int exit_usage = 2;    ///< the command line itself is wrong
inline constexpr int exit_partly = 3;   ///< the command did its work, but could not do all of it
/// The settings are wrong, and another try would fail in the same way: EX_CONFIG of sysexits.h. The unit in
/// deploy/systemd/ knows this code.
inline constexpr int exit_settings = 78;

/// Opens the database that the settings name. The settings are valid during the call only.
using OpenProvider =
    std::function<std::unique_ptr<database::Provider>(const service::Settings& settings, database::DriverLog log)>;

/// The same for its backups, without a connection.
using OpenBackups =
    std::function<std::unique_ptr<database::Backups>(const service::Settings& settings, database::BackupParts parts)>;

/// Everything the command line needs from outside, wired by main(). It is used only during run().
struct Program {
  Build build;
  std::map<std::string, std::string, std::less<>> environment;  ///< config::read_environment(environ)
  std::span<const EmbeddedFile> migrations;
  std::span<const EmbeddedFile> seeds;
  std::string_view openapi;  ///< api/openapi.yaml, served at /openapi.yaml
  const Clock& clock;
  crypto::Random& random;
  OpenProvider open_provider;
  OpenBackups open_backups;
  std::function<int(const service::ServeParts&)> serve;  ///< service::serve, or a test's own
  std::istream& in;                                      ///< answers, and the password of `users create`
  bool is_interactive;                                   ///< whether a person types at `in`
  std::ostream& out;                                     ///< results, for people and scripts
  std::ostream& err;                                     ///< what went wrong
};

/// Reads the command line and runs one command to its end; without a command it serves. Returns the process's exit
/// code. Blocks. Throws only on programming errors, never on failures that the environment causes.
[[nodiscard]] int run(int argc, const char* const* argv, const Program& program);

}  // namespace gatehouse::cli
