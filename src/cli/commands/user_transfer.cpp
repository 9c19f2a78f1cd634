#include "cli/commands/user_transfer.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <ostream>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cli/commands/database_session.hpp"
#include "cli/commands/hash_wrapping.hpp"
#include "cli/commands/origin.hpp"
#include "cli/commands/refused_records.hpp"
#include "cli/commands/shared_options.hpp"
#include "crypto/running_sha256.hpp"
#include "database/new_file.hpp"
#include "flows/user_import/import_batch.hpp"
#include "flows/user_import/user_import.hpp"
#include "passwords/imported_hash.hpp"
#include "service/settings.hpp"
#include "service/wiring/capabilities.hpp"
#include "users/email.hpp"
#include "users/pending_hash_store.hpp"
#include "users/record_writer.hpp"

namespace gatehouse::cli {
namespace {

using users::ImportProgress;
using users::OnConflict;
using users::RecordFormat;

/// Arguments of `users export [FILE]`.
struct UserExportOptions {
  std::string file;
  std::string format = "jsonl";
  bool has_hashes = false;
  bool as_json = false;
};

/// Arguments of `users import FILE`.
struct UserImportOptions {
  std::string file;
  std::string format;
  std::string on_conflict = "fail";
  bool is_dry_run = false;
  bool begins_anew = false;
  bool as_json = false;
};

void define_format(CLI::App& command, std::string& format, const std::string& what) {
  command.add_option("--format", format, what)->check(CLI::IsMember({"jsonl", "csv"}))->type_name("FORMAT");
}

void define_export_users(CLI::App& command, UserExportOptions& options) {
  CLI::Option* const file =
      command.add_option("file", options.file, "Where to write them; by default standard output")->type_name("FILE");
  command.add_flag("--json", options.as_json, "Print as JSON how many users are in FILE")->needs(file);
  define_format(command, options.format, "jsonl (the default) or csv");
  command.add_flag("--with-hashes", options.has_hashes, "Write the password hashes, too");
}

void define_import_users(CLI::App& command, UserImportOptions& options) {
  command.add_option("file", options.file, "The users, in JSON Lines or CSV")->required()->type_name("FILE");
  define_format(command, options.format, "jsonl or csv; by default csv if the name ends with .csv, otherwise jsonl");
  command.add_option("--on-conflict", options.on_conflict, "Where a user exists: skip, update, or fail (the default)")
      ->check(CLI::IsMember({"skip", "update", "fail"}))
      ->type_name("RULE");
  command.add_flag("--dry-run", options.is_dry_run,
                   "Report what would be refused or exists already, and store nothing");
  command.add_flag("--again", options.begins_anew, "Begin at the top, even if the file was imported before");
  define_json(command, options.as_json);
  command.footer(
      "An interrupted import continues when it is run again. FILE.refused.jsonl says which records were "
      "refused, "
      "and why.");
}

RecordFormat format_named(const std::string& name) { return name == "csv" ? RecordFormat::csv : RecordFormat::jsonl; }

int report_failure(const Program& program, const std::string& why) {
  program.err << why << '\n';
  return exit_failure;
}

/// Writes the users in the order of their ids, a part at a time. Returns how many there were.
std::int64_t write_users(const Program& program, const users::ExportTerms& terms, const service::Loaded& loaded,
                         std::ostream& out) {
  constexpr unsigned part_users = 1000;
  DatabaseSession session{program, loaded.settings};
  users::UserStore store{session.database()};
  std::int64_t count = 0;
  std::string text;
  users::append_record_header(text, terms);
  UserId last{0};
  while (out) {
    auto part = session.run(store.records(last, part_users));
    for (users::NumberedRecord& read : part) {
      const auto format = passwords::format_name_of({.hash = read.record.password_hash, .salt = read.record.salt});
      if (format) read.record.hash_format = *format;
      users::append_record(text, read.record, terms);
    }
    out << std::exchange(text, {});
    count += static_cast<std::int64_t>(part.size());
    if (part.size() < part_users) break;
    last = part.back().id;
  }
  return count;
}

int export_users(const Program& program, const UserExportOptions& options, const service::Loaded& loaded) {
  const users::ExportTerms terms{.format = format_named(options.format), .has_hashes = options.has_hashes};
  if (options.file.empty()) {
    (void)write_users(program, terms, loaded, program.out);
    return program.out ? exit_success : exit_failure;
  }
  if (std::filesystem::exists(options.file)) return report_failure(program, options.file + " exists already");
  auto file = database::NewFile::create(options.file);
  if (!file) return report_failure(program, file.error());
  std::ofstream out{file->path(), std::ios::binary};
  const std::int64_t count = write_users(program, terms, loaded, out);
  out.close();
  if (!out) return report_failure(program, options.file + " cannot be written");
  if (auto published = file->publish(database::Replacing::refused); !published) {
    return report_failure(program, published.error());
  }
  if (options.as_json) {
    std::string json;
    json::Writer(json).begin_object().member("file", options.file).member("users", count).end_object();
    program.out << json << '\n';
  }
  return exit_success;
}

/// A file as it is before its import.
struct FileFacts {
  std::string sha256;
  std::uint64_t bytes = 0;
};

std::expected<FileFacts, std::string> examine(const std::string& path) {
  constexpr std::size_t step_bytes = std::size_t{256} * 1024;
  std::ifstream file{path, std::ios::binary};
  if (!file || !std::filesystem::is_regular_file(path)) return std::unexpected(path + " cannot be read");
  crypto::RunningSha256 hash;
  FileFacts facts;
  std::vector<char> step(step_bytes);
  while (file) {
    file.read(step.data(), static_cast<std::streamsize>(step.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    hash.add(std::as_bytes(std::span{step}.first(count)));
    facts.bytes += count;
  }
  if (file.bad()) return std::unexpected(path + " cannot be read to its end");
  facts.sha256 = hash.finish();
  return facts;
}

OnConflict rule_named(const std::string& name) {
  if (name == "skip") return OnConflict::skip;
  return name == "update" ? OnConflict::update : OnConflict::fail;
}

/// One import, from the opened file to the report.
class UserImportRun {
 public:
  UserImportRun(const Program& program, const UserImportOptions& options, const service::Loaded& loaded,
                FileFacts facts)
      : program_(program),
        options_(options),
        facts_(std::move(facts)),
        rule_(rule_named(options.on_conflict)),
        settings_(loaded.settings),
        hash_threads_(passwords::hashing_pool_options(loaded.settings.passwords).threads),
        refused_(options.file),
        session_(program, loaded.settings),
        shared_(loaded.settings, program.clock, program.random),
        file_(options.file, std::ios::binary),
        reader_(file_, format_named(format_of(options))),
        import_({session_.database(), session_.bulk(), shared_.passwords, program.clock},
                {.file_sha256 = facts_.sha256, .on_conflict = rule_}, origin_of(program)) {}

  int run() {
    if (const auto begun = reader_.begin(); !begun) return report_failure(program_, describe(begun.error()));
    return options_.is_dry_run ? try_all() : import_all();
  }

 private:
  static std::string format_of(const UserImportOptions& options) {
    if (!options.format.empty()) return options.format;
    return options.file.ends_with(".csv") ? "csv" : "jsonl";
  }

  [[nodiscard]] std::string describe(const users::RecordFault& fault) const {
    const std::string column = fault.field.empty() ? "" : ": " + fault.field;
    return options_.file + ", line 1" + column + " (" + std::string{fault.code} +
           "); it must name the columns, separated by commas, and include email";
  }

  int import_all() {
    progress_ = session_.run(import_.begin(options_.begins_anew));
    if (progress_.is_complete) return finish("was imported before; --again imports it once more");
    if (const auto kept = refused_.keep_first(progress_.refused); !kept) return report_failure(program_, kept.error());
    if (progress_.records > 0) {
      program_.err << "Continuing after line " << progress_.place.lines << '\n';
      reader_.go_to(progress_.place);
    }
    flows::ImportBatch batch = read();
    while (true) {
      // The next batch is read while the database is busy with this one.
      std::future<flows::ImportBatch> next;
      if (!batch.is_last) next = std::async(std::launch::async, &UserImportRun::read, this);
      if (const auto failure = store(batch)) return report_failure(program_, *failure);
      show(progress_.place);
      if (progress_.is_complete) return finish("");
      batch = next.get();
    }
  }

  /// Wraps pending hashes first, so that what is stored is safe before anything is reported.
  int finish(std::string_view remark) {
    users::PendingHashStore pending{session_.database()};
    if (session_.run(pending.count()) > 0) {
      const WrappingReport wrapping = wrap_hashes(program_, settings_, session_);
      report_rest(program_, wrapping);
      wrapped_ = wrapping.wrapped;
    }
    return report(remark);
  }

  flows::ImportBatch read() { return flows::read_batch(reader_, shared_.password_rules); }

  /// Why the batch was not stored; std::nullopt if it was.
  std::optional<std::string> store(flows::ImportBatch& batch) {
    hash(batch);
    if (const auto written = refused_.append(batch.refused); !written) return written.error();
    const auto stored = session_.run(import_.store(batch, progress_));
    if (stored) {
      progress_ = *stored;
      return std::nullopt;
    }
    if (stored.error() == flows::ImportError::continued_elsewhere) {
      return "Another process has continued this import. If it is no longer running, run the import again";
    }
    const auto taken = session_.run(import_.find_taken_lines(batch));
    const std::string line = taken.empty() ? "" : ", line " + std::to_string(taken.front());
    return options_.file + line + ": another user has this email address; nothing after line " +
           std::to_string(progress_.place.lines) +
           " was stored. Choose --on-conflict skip or update; --dry-run finds all such lines";
  }

  void hash(flows::ImportBatch& batch) {
    std::size_t next = 0;
    std::vector<Task<>> workers;
    workers.reserve(hash_threads_);
    for (unsigned i = 0; i < hash_threads_; ++i) workers.push_back(import_.hash_passwords(batch, next));
    session_.run_all(std::move(workers));
  }

  /// Prints what would be refused, and counts.
  int try_all() {
    while (!progress_.is_complete) {
      const flows::ImportBatch batch = read();
      std::string lines;
      for (const flows::RefusedRecord& refused : batch.refused) append_refused(lines, refused);
      const auto taken = find_taken(batch);
      for (const std::uint64_t line : taken) {
        append_refused(lines, {.line = line, .fault = {.field = "email", .code = "taken"}});
      }
      program_.out << lines;
      const bool is_skipped = rule_ != OnConflict::update;
      progress_.records += static_cast<std::int64_t>(batch.size());
      progress_.refused += static_cast<std::int64_t>(batch.refused.size());
      progress_.accepted += static_cast<std::int64_t>(batch.records.size() - (is_skipped ? taken.size() : 0));
      progress_.is_complete = batch.is_last;
      show(batch.place);
    }
    return report("");
  }

  /// The lines whose users already exist, or appear earlier in the file.
  std::vector<std::uint64_t> find_taken(const flows::ImportBatch& batch) {
    std::vector<std::uint64_t> lines = session_.run(import_.find_taken_lines(batch));
    for (const flows::ImportBatch::Record& record : batch.records) {
      const std::size_t address = std::hash<std::string>{}(users::email_key(record.content.user.email));
      if (!addresses_.insert(address).second) lines.push_back(record.line);
    }
    std::ranges::sort(lines);
    const auto repeated = std::ranges::unique(lines);
    lines.erase(repeated.begin(), repeated.end());
    return lines;
  }

  /// One line that is rewritten in place, if a person is watching.
  void show(const users::RecordPlace& place) const {
    if (!program_.is_interactive) return;
    const std::uint64_t percent = facts_.bytes == 0 ? 100 : place.bytes * 100 / facts_.bytes;
    program_.err << "\rLine " << place.lines << ", " << percent << " %   " << (progress_.is_complete ? "\n" : "")
                 << std::flush;
  }

  int report(std::string_view remark) const {
    if (options_.as_json) {
      print_json();
    } else {
      print_text(remark);
    }
    return progress_.refused > 0 ? exit_partly : exit_success;
  }

  void print_json() const {
    std::string json;
    json::Writer writer{json};
    writer.begin_object().member("file", options_.file).member("records", progress_.records);
    writer.member("accepted", progress_.accepted).member("skipped", progress_.skipped());
    writer.member("refused", progress_.refused).member("wrapped", wrapped_);
    writer.member("dryRun", options_.is_dry_run).end_object();
    program_.out << json << '\n';
  }

  void print_text(std::string_view remark) const {
    program_.out << options_.file << (remark.empty() ? "" : " ") << remark << ": " << progress_.records
                 << " records, of which " << progress_.accepted << (options_.is_dry_run ? " can be" : " were")
                 << " stored, " << progress_.skipped() << " skipped, " << progress_.refused << " refused\n";
    if (wrapped_ > 0) program_.out << wrapped_ << " hashes that are quick to compute were wrapped\n";
    if (progress_.refused > 0 && !options_.is_dry_run) program_.out << refused_.path() << " says why\n";
  }

  const Program& program_;
  const UserImportOptions& options_;
  const FileFacts facts_;
  const OnConflict rule_;
  const service::Settings& settings_;
  const unsigned hash_threads_;
  RefusedRecords refused_;
  DatabaseSession session_;
  service::SharedCapabilities shared_;
  std::ifstream file_;
  users::RecordReader reader_;
  flows::UserImport import_;
  ImportProgress progress_;
  std::int64_t wrapped_ = 0;
  std::unordered_set<std::size_t> addresses_;  ///< hashes of the addresses that were tried
};

int import_users(const Program& program, const UserImportOptions& options, const service::Loaded& loaded) {
  auto facts = examine(options.file);
  if (!facts) return report_failure(program, facts.error());
  return UserImportRun{program, options, loaded, *std::move(facts)}.run();
}

}  // namespace

void add_user_transfer_commands(Commands& users) {
  users.add("export", "Write all users to a file, or to standard output", define_export_users, export_users);
  users.add("import", "Import the users in a file", define_import_users, import_users);
  add_wrapping_command(users);
}

}  // namespace gatehouse::cli
