#include "cli/commands/doctor.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <iterator>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "audit/seal_keys.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/missing_file.hpp"
#include "cli/commands/shared_options.hpp"
#include "config/values.hpp"
#include "database/change_feed_facts.hpp"
#include "database/database_facts.hpp"
#include "database/errors.hpp"
#include "database/schema/audit_months.hpp"
#include "database/schema/background_indexes.hpp"
#include "database/schema/migrator.hpp"
#include "http/certificate_advice.hpp"
#include "json/writer.hpp"
#include "limits/redis_limits.hpp"
#include "mail/mail_store.hpp"
#include "passwords/breach_filter.hpp"
#include "redis/trial.hpp"
#include "service/feed_ringing.hpp"
#include "service/settings.hpp"
#include "users/user_store.hpp"

namespace gatehouse::cli {
namespace {

/// How far the database's clock may differ from this machine's. Sessions and tokens are checked by both.
constexpr std::chrono::seconds clock_difference_max{5};

/// Remembers the findings, and whether one of them is bad. Prints each at once, unless the output is JSON.
class Findings {
 public:
  /// If `out` is null, the findings are only remembered.
  explicit Findings(std::ostream* out) : out_(out) {}

  void good(std::string_view subject, std::string_view finding) { add("ok", subject, finding); }
  void note(std::string_view subject, std::string_view finding) { add("note", subject, finding); }
  void bad(std::string_view subject, std::string_view finding) {
    add("wrong", subject, finding);
    is_healthy_ = false;
  }
  [[nodiscard]] bool is_healthy() const { return is_healthy_; }

  /// Writes a list of objects with `check`, `verdict` and `text`.
  void write(json::Writer& writer) const {
    writer.begin_array();
    for (const Finding& one : all_) {
      writer.begin_object().member("check", one.check).member("verdict", one.verdict).member("text", one.text);
      writer.end_object();
    }
    writer.end_array();
  }

 private:
  struct Finding {
    std::string check;  ///< the subject as a name, `kept_passwords`: scripts look for it
    std::string_view verdict;
    std::string text;
  };

  void add(std::string_view verdict, std::string_view subject, std::string_view finding) {
    std::string check{subject};
    std::ranges::replace(check, ' ', '_');
    all_.push_back({std::move(check), verdict, std::string{finding}});
    if (out_ == nullptr) return;
    constexpr std::size_t verdict_width = 7;
    // What is wrong must not be overlooked among the rest.
    const std::string_view shown = verdict == "wrong" ? "WRONG" : verdict;
    *out_ << shown << std::string(verdict_width - shown.size(), ' ') << subject << ": " << finding << '\n';
  }

  std::ostream* out_;
  std::vector<Finding> all_;
  bool is_healthy_ = true;
};

/// Arguments of `doctor`.
struct DoctorOptions {
  bool as_json = false;
};

void define_doctor(CLI::App& command, DoctorOptions& options) { define_json(command, options.as_json); }

std::string origin_of(const config::ResolvedSetting& one, const std::string& dotenv_name) {
  std::string origin{one.origin == config::Origin::dotenv ? dotenv_name : to_text(one.origin)};
  if (!one.variable.empty() && one.variable != one.setting->name) origin += " (" + one.variable + ")";
  return origin;
}

void print_settings(std::ostream& out, const service::Loaded& loaded) {
  constexpr std::size_t gap = 2;
  std::array<std::size_t, 2> widths{};
  for (const auto& one : loaded.reading.resolved) {
    widths[0] = std::max(widths[0], one.setting->name.size());
    widths[1] = std::max(widths[1], one.shown.size());
  }
  const auto padded = [&out](std::string_view text, std::size_t width) {
    out << text << std::string(width + gap - text.size(), ' ');
  };
  std::string_view group;
  for (const auto& one : loaded.reading.resolved) {
    if (one.setting->group != group) out << (group.empty() ? "" : "\n") << one.setting->group << '\n';
    group = one.setting->group;
    out << "  ";
    padded(one.setting->name, widths[0]);
    padded(one.shown.empty() ? "-" : one.shown, std::max<std::size_t>(widths[1], 1));
    out << origin_of(one, loaded.reading.dotenv_name);
    const std::string_view fallback = default_text(*one.setting, loaded.settings.application.environment);
    if (one.origin != config::Origin::fallback && !fallback.empty()) out << ", default " << fallback;
    out << '\n';
  }
  out << '\n';
}

/// Writes a list of objects with `name`, `value`, `origin` and `default`; secrets are masked.
void write_settings(json::Writer& writer, const service::Loaded& loaded) {
  writer.begin_array();
  for (const auto& one : loaded.reading.resolved) {
    const std::string_view fallback = default_text(*one.setting, loaded.settings.application.environment);
    writer.begin_object().member("name", one.setting->name).member("value", one.shown);
    writer.member("origin", origin_of(one, loaded.reading.dotenv_name)).member("default", fallback).end_object();
  }
  writer.end_array();
}

std::string json_of(const service::Loaded& loaded, const Findings& findings) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("healthy", findings.is_healthy());
  findings.write(writer.key("findings"));
  write_settings(writer.key("settings"), loaded);
  writer.end_object();
  return json + '\n';
}

std::string where_is(const database::DatabaseSettings& database) {
  if (database.kind == database::DatabaseKind::sqlite) return database.sqlite.path;
  const database::PostgresSettings& postgres = database.postgres;
  std::string servers;
  for (const auto& [host, port] : database::servers_of(postgres)) {
    servers += (servers.empty() ? "" : ", ") + host + ":" + std::to_string(port);
  }
  return postgres.name + " at " + servers + " as " + postgres.user;
}

void check_settings(const service::Loaded& loaded, TimePoint now, Findings& findings) {
  const config::Reading& reading = loaded.reading;
  config::Mistakes warnings = reading.warnings;
  std::ranges::move(http::certificate_advice(loaded.settings.server, now), std::back_inserter(warnings));
  if (reading.mistakes.empty() && warnings.empty()) {
    findings.good("settings", "no problems; secrets are set and look strong");
  }
  for (const config::Mistake& mistake : reading.mistakes) findings.bad("settings", to_text(mistake));
  for (const config::Mistake& warning : warnings) findings.note("settings", to_text(warning));
}

void check_clock(const Program& program, const database::DatabaseFacts& facts, Findings& findings) {
  if (!facts.now) {
    findings.good("clocks", "the database uses this machine's clock");
    return;
  }
  const auto difference = std::chrono::abs(*facts.now - program.clock.now());
  const auto apart = std::chrono::floor<std::chrono::milliseconds>(difference);
  const std::string text =
      "the clocks of the database and of this machine are " + std::to_string(apart.count()) + " ms apart";
  if (difference < clock_difference_max) {
    findings.good("clocks", text);
  } else {
    findings.bad("clocks", text + "; synchronise both machines (NTP)");
  }
}

/// True if every migration of this program is applied.
bool check_schema(const Program& program, DatabaseSession& session, Findings& findings) {
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto migrations = session.run(migrator.status());
  const auto pending = std::ranges::count_if(migrations, [](const auto& one) { return one.known && !one.applied; });
  const auto unknown = std::ranges::count_if(migrations, [](const auto& one) { return !one.known; });
  if (unknown > 0) findings.bad("schema", "migrated by a newer version of Gatehouse; use that version");
  if (pending > 0) {
    findings.bad("schema", std::to_string(pending) + " migrations are pending; run `gatehouse migrate latest`");
  }
  if (pending == 0 && unknown == 0) findings.good("schema", "up to date");
  return pending == 0;
}

/// SQLite's indexes are made with their tables.
void check_indexes(const Program& program, DatabaseSession& session, Findings& findings) {
  auto planned = database::schema::plan_background_indexes(program.migrations, session.schema().dialect());
  if (planned.empty()) return;
  const auto missing = session.run(database::schema::find_missing(session.database(), std::move(planned)));
  if (missing.empty()) return findings.good("indexes", "all exist");
  std::string names;
  for (const auto& index : missing) names += (names.empty() ? "" : ", ") + index.name;
  findings.note("indexes", "not built yet: " + names + "; `gatehouse serve` builds them while it runs");
}

void check_kept_passwords(DatabaseSession& session, Findings& findings) {
  users::UserStore store{session.database()};
  const std::int64_t kept = session.run(store.count_express_passwords());
  if (kept == 0) {
    findings.good("kept passwords", "no old hashes of the Express service");
    return;
  }
  findings.note("kept passwords", std::to_string(kept) +
                                      " old hashes are kept so that you can go back to the Express service; when "
                                      "you no longer need that, run `gatehouse users forget-express-passwords`");
}

/// If mails wait although there is no mail server, somebody expects them to arrive.
void check_mail(DatabaseSession& session, const service::Settings& settings, Findings& findings) {
  if (settings.mail.server.is_set()) {
    findings.good("mail", "sent through " + settings.mail.server.name() + "; `gatehouse mail test ADDRESS` tries it");
    return;
  }
  mail::MailStore store{session.database()};
  const std::int64_t waiting = session.run(store.count_waiting()).count;
  if (waiting == 0) {
    findings.good("mail", "SMTP_URL is not set, and no mails are waiting");
  } else if (settings.application.environment == config::Environment::development) {
    findings.note("mail", "SMTP_URL is not set; `gatehouse serve` writes waiting mails to data/outbox");
  } else {
    findings.bad("mail", std::to_string(waiting) + " mails are waiting, but SMTP_URL is not set; set it to send them");
  }
}

void check_audit(const audit::AuditSettings& settings, Findings& findings) {
  if (const auto key = audit::make_signing_key(settings)) {
    findings.good("audit seals", "signed by key " + std::string{key->kid()});
  } else {
    findings.note("audit seals",
                  "not signed, so anyone who can write to the database can forge them; set AUDIT_SIGNING_KEY");
  }
}

/// A standby that may be the primary at another time, or has not caught up with a promotion, was set up that way, so it
/// is only noted.
void check_standbys(DatabaseSession& session, Findings& findings) {
  for (const database::StandbyFinding& standby : session.check_standbys()) {
    const std::string trouble = standby.name + ' ' + standby.trouble + "; the primary answers instead";
    if (!standby.does_answer) {
      findings.bad("standby", trouble);
    } else if (!standby.trouble.empty()) {
      findings.note("standby", trouble);
    } else {
      findings.good("standby", standby.name + " is " + std::to_string(standby.lag_bytes) + " bytes behind the primary");
    }
  }
}

/// SQLite needs no feed.
void check_change_feed(DatabaseSession& session, const database::DatabaseSettings& settings, Findings& findings) {
  if (settings.kind == database::DatabaseKind::sqlite) return;
  const auto facts = session.run(database::read_change_feed_facts(session.database()));
  if (const auto remark = database::remark_on(facts, settings.change_feed)) {
    findings.note("change feed", *remark);
  } else {
    const bool by_rows = settings.change_feed == database::ChangeFeedKind::redis;
    findings.good("change feed",
                  by_rows ? "changes are announced as rows, and by Redis" : "changes are announced by NOTIFY");
  }
}

/// Says nothing about a trail that is a single table.
void check_audit_months(DatabaseSession& session, const database::DatabaseSettings& settings, Findings& findings) {
  if (settings.kind == database::DatabaseKind::sqlite) return;
  const auto found = session.run(database::schema::read_audit_months(session.database()));
  if (found.months == 0) return;
  const std::string months = std::to_string(found.months) + " months have a partition";
  if (found.missing > 0) {
    findings.bad("audit months",
                 months + ", and " + std::to_string(found.missing) +
                     " of the current and the next three months have none. The service makes them within an hour; if "
                     "audit_events_default has more than 10,000 events, run `gatehouse db unpartition audit`, and "
                     "partition it again");
  } else if (found.rest_bytes > 0) {
    findings.note("audit months", months + "; events of other months are in audit_events_default");
  } else {
    findings.good("audit months", months);
  }
}

void check_database(const Program& program, const service::Settings& settings, Findings& findings) {
  if (is_missing_file(settings.database)) {
    return findings.bad("database", where_is(settings.database) +
                                        " does not exist; `gatehouse serve` or `gatehouse migrate latest` creates it");
  }
  DatabaseSession session{program, settings};
  const database::DatabaseFacts facts = session.run(database::read_database_facts(session.schema()));
  findings.good("database", facts.version + ", " + where_is(settings.database));
  if (!facts.stores_every_text()) findings.bad("encoding", database::encoding_warning(facts));
  check_clock(program, facts, findings);
  check_standbys(session, findings);
  if (!check_schema(program, session, findings)) return;
  check_change_feed(session, settings.database, findings);
  check_indexes(program, session, findings);
  check_audit_months(session, settings.database, findings);
  check_kept_passwords(session, findings);
  check_mail(session, settings, findings);
}

/// Reads the whole filter.
void check_breach_filter(const passwords::PasswordSettings& settings, Findings& findings) {
  const std::string& path = settings.breach_filter;
  if (path.empty()) {
    findings.note("breached passwords",
                  "not refused; make a file with `gatehouse passwords build-filter`, and set PASSWORD_BREACH_FILTER to "
                  "its path");
    return;
  }
  const auto header = passwords::check_filter(path);
  if (header) {
    findings.good("breached passwords", path + " has " + std::to_string(header->keys) + " passwords");
  } else {
    findings.bad("breached passwords", path + ' ' + header.error());
  }
}

void check_passwords(const passwords::PasswordSettings& settings, Findings& findings) {
  if (settings.length_min < passwords::length_min_alone) {
    findings.note("password length", "new passwords need " + std::to_string(settings.length_min) +
                                         " characters; without a second factor, PASSWORD_LENGTH_MIN=15 is advised "
                                         "(NIST SP 800-63B-4)");
  } else {
    findings.good("password length", "new passwords need " + std::to_string(settings.length_min) + " characters");
  }
  try {
    check_breach_filter(settings, findings);
  } catch (const std::exception& failure) {
    findings.bad("breached passwords", failure.what());
  }
}

void check_unix_socket(const http::UnixSocketSettings& settings, Findings& findings) {
  if (!settings.is_set()) return;
  const auto obstacle = http::obstacle_to(settings);
  if (obstacle) return findings.bad("Unix socket", settings.path + ": " + *obstacle);
  findings.good("Unix socket", "the folder of " + settings.path + " exists");
}

void check_redis(const redis::RedisSettings& settings, Findings& findings) {
  if (!settings.is_set()) return;
  const auto found = redis::try_out(settings, limits::redis_probe());
  const std::string where = settings.name();
  const std::string what = settings.session_cache ? "limits and sessions" : "limits";
  if (found) return findings.good("redis", *found + " at " + where + ", where replicas share " + what);
  findings.bad("redis", where + " cannot be used, so replicas do not share " + what + ": " + found.error());
}

/// Checks whether the Redis user may use the channels.
void check_ringing(const service::Settings& settings, Findings& findings) {
  if (settings.database.change_feed != database::ChangeFeedKind::redis) return;
  const auto found = redis::try_out(settings.redis, service::FeedRinging::trial());
  if (found) return findings.good("redis channel", "tells replicas of changes at once");
  findings.bad("redis channel", "cannot be used, so replicas hear of changes up to 100 ms later: " + found.error());
}

/// If something is wrong with the settings, nothing else is checked.
void check_all(const Program& program, const service::Loaded& loaded, Findings& findings) {
  check_settings(loaded, program.clock.now(), findings);
  if (!loaded.reading.mistakes.empty()) return;
  check_unix_socket(loaded.settings.server.unix_socket, findings);
  check_passwords(loaded.settings.passwords, findings);
  check_audit(loaded.settings.audit, findings);
  check_redis(loaded.settings.redis, findings);
  check_ringing(loaded.settings, findings);
  try {
    check_database(program, loaded.settings, findings);
  } catch (const database::Unavailable& failure) {
    findings.bad("database", where_is(loaded.settings.database) + " does not answer: " + failure.what());
  } catch (const database::StatementFailed& failure) {
    findings.bad("database", std::string{"a query failed: "} + failure.what());
  }
}

int run_doctor(const Program& program, const DoctorOptions& options, const config::Sources& sources) {
  const service::Loaded loaded = service::read_settings(sources, program.random);
  if (!options.as_json) print_settings(program.out, loaded);
  Findings findings{options.as_json ? nullptr : &program.out};
  check_all(program, loaded, findings);
  if (options.as_json) program.out << json_of(loaded, findings);
  return findings.is_healthy() ? exit_success : exit_failure;
}

}  // namespace

void add_doctor_command(Commands& commands) {
  commands.add("doctor", "Show every setting; check the database, the clocks and the schema", define_doctor,
               run_doctor);
}

}  // namespace gatehouse::cli
