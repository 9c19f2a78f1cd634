#include "cli/commands/passwords.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <ostream>
#include <string>

#include "passwords/breach_filter.hpp"
#include "passwords/filter_build.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `passwords build-filter IN OUT`.
struct BuildOptions {
  std::string in;
  std::string out;
  bool is_plain = false;
  std::uint64_t count_min = 1;
};

/// Arguments of `passwords check-filter PATH`.
struct CheckOptions {
  std::string path;
};

void define_build(CLI::App& command, BuildOptions& options) {
  command.add_option("in", options.in, "A sorted list of hashes, one SHA1HEX:count per line")
      ->required()
      ->type_name("IN");
  command.add_option("out", options.out, "The filter to write")->required()->type_name("OUT");
  command.add_flag("--plain", options.is_plain, "IN has one password per line, in any order");
  command.add_option("--min-count", options.count_min, "Leave out passwords that were seen less often than this")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
}

void define_check(CLI::App& command, CheckOptions& options) {
  command.add_option("path", options.path, "The filter")->required()->type_name("PATH");
}

/// One line that is rewritten in place.
void show_progress(const Program& program, std::string_view step, double done) {
  constexpr double percent = 100;
  program.err << '\r' << step << ", " << static_cast<int>(done * percent) << " %   " << std::flush;
}

int build_filter(const Program& program, const BuildOptions& options) {
  passwords::FilterBuild build{
      .in = options.in, .out = options.out, .is_plain = options.is_plain, .count_min = options.count_min};
  if (program.is_interactive) {
    build.on_progress = [&program](std::string_view step, double done) { show_progress(program, step, done); };
  }
  const auto built = passwords::build_filter(build);
  if (program.is_interactive) program.err << '\n';
  if (!built) {
    program.err << built.error() << '\n';
    return exit_failure;
  }
  program.out << options.out << ": " << built->keys << " passwords of " << built->lines << " lines, "
              << built->file_bytes << " bytes\n";
  if (built->skipped_lines > 0) {
    program.out << "Left out " << built->skipped_lines << " lines that are empty, over 1,024 bytes or not UTF-8\n";
  }
  return exit_success;
}

int check_filter(const Program& program, const CheckOptions& options) {
  const auto header = passwords::check_filter(options.path);
  if (!header) {
    program.err << options.path << ' ' << header.error() << '\n';
    return exit_failure;
  }
  program.out << options.path << ": good, " << header->keys << " passwords, " << header->file_bytes << " bytes\n";
  return exit_success;
}

}  // namespace

void add_password_commands(Commands& commands) {
  Commands passwords = commands.add_group("passwords", "Manage the filter of breached passwords");
  passwords.add("build-filter", "Make a filter from a list of breached passwords", define_build, build_filter);
  passwords.add("check-filter", "Find out whether a filter is complete and undamaged", define_check, check_filter);
}

}  // namespace gatehouse::cli
