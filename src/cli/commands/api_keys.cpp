#include "cli/commands/api_keys.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "api_keys/scope_list.hpp"
#include "api_keys/validation.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/origin.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/commands/user_text.hpp"
#include "flows/api_keys/api_key_flow.hpp"
#include "json/writer.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

using flows::ApiKeyError;
using flows::ApiKeyFlow;

/// Whoever can reach the database may grant everything.
constexpr flows::Authority all_authority{.scopes = {Scope::admin}, .tells_client = true};

/// Arguments of `keys create`.
struct NewApiKeyOptions {
  std::string name;
  std::string scopes;
  bool tells_client = false;
  std::optional<std::int64_t> expires_in_s;
  bool as_json = false;
};
/// Arguments of `keys list`.
struct ApiKeyListOptions {
  bool as_json = false;
};
/// Arguments of `keys rotate ID`.
struct ApiKeyRotationOptions {
  std::string id;
  std::int64_t grace_s = api_keys::usual_grace.count();
  bool as_json = false;
};
/// Arguments of `keys revoke ID`.
struct ApiKeyRevocationOptions {
  std::string id;
  bool as_json = false;
};

void define_new_api_key(CLI::App& command, NewApiKeyOptions& options) {
  command.add_option("--name", options.name, "Its holder's name in the logs and the audit trail")
      ->required()
      ->type_name("NAME");
  command.add_option("--scopes", options.scopes, "Scopes, separated by single spaces: \"auth users:read\"; admin: all")
      ->required()
      ->type_name("SCOPES");
  command.add_flag("--tells-client", options.tells_client,
                   "Trust its holder to name the client it acts for (X-Client-Address)");
  command.add_option("--expires-in", options.expires_in_s, "How long it is valid; by default until it is revoked")
      ->type_name("SECONDS");
  define_json(command, options.as_json);
}

void define_api_key_list(CLI::App& command, ApiKeyListOptions& options) { define_json(command, options.as_json); }

void define_api_key_rotation(CLI::App& command, ApiKeyRotationOptions& options) {
  command.add_option("id", options.id, "The key's id, as list shows it")->required()->type_name("ID");
  command.add_option("--grace-seconds", options.grace_s, "How long the previous secret stays valid")
      ->capture_default_str()
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{api_keys::grace_max.count()}))
      ->type_name("SECONDS");
  define_json(command, options.as_json);
}

void define_api_key_revocation(CLI::App& command, ApiKeyRevocationOptions& options) {
  command.add_option("id", options.id, "The key's id, as list shows it")->required()->type_name("ID");
  define_json(command, options.as_json);
}

std::string_view sentence_of(ApiKeyError error) {
  switch (error) {
    case ApiKeyError::unknown_key:
      return "There is no such API key, or it is revoked\n";
    case ApiKeyError::expired:
      return "The API key has expired; make another one\n";
    case ApiKeyError::too_many_keys:
      return "There are already 1000 API keys; revoke some first\n";
    case ApiKeyError::superseded:  // not here: a command repeats no request
    case ApiKeyError::not_covered:
      break;
  }
  return "The API key has more rights than this command\n";
}

/// Prints the secret alone on its line, for scripts; what people want to know goes to standard error.
int print_issued(const Program& program, const ApiKeyFlow::Issued& issued, std::string_view sentence, bool as_json) {
  if (!issued) {
    program.err << sentence_of(issued.error().reason);
    return exit_failure;
  }
  if (as_json) {
    std::string json;
    json::Writer writer{json};
    write_api_key(writer.begin_object().key("apiKey"), issued->key);
    writer.member("secret", issued->secret.reveal()).end_object();
    program.out << json << '\n';
    wipe_memory(json.data(), json.size());
    return exit_success;
  }
  program.out << issued->secret.reveal() << '\n';
  program.err << "API key " << issued->key.public_id << ' ' << sentence
              << "; save the secret now: it is shown only once\n";
  return exit_success;
}

int create_api_key(const Program& program, const NewApiKeyOptions& options, const service::Loaded& loaded) {
  api_keys::KeyRequest wanted{.name = options.name,
                              .scopes = options.scopes,
                              .tells_client = options.tells_client,
                              .expires_in_s = options.expires_in_s};
  if (const FieldErrors errors = validate(wanted); !errors.empty()) {
    for (const FieldError& error : errors) {
      program.err << (error.field == "expiresIn" ? "expires-in" : error.field) << ' ' << error.message << '\n';
    }
    return exit_failure;
  }
  DatabaseSession session{program, loaded.settings};
  ApiKeyFlow flow{session.database(), program.clock, program.random};
  const auto issued = session.run(flow.create(std::move(wanted), all_authority, origin_of(program)));
  return print_issued(program, issued, "was created", options.as_json);
}

std::vector<std::string> cells_of(const api_keys::ApiKey& key) {
  const auto when = [](std::string_view what, const std::optional<TimePoint>& time) {
    return time ? std::string{what}.append(" ").append(to_iso8601(*time)) : std::string{"-"};
  };
  return {key.public_id,
          key.name,
          api_keys::to_text(key.scopes),
          key.tells_client ? "tells client" : "-",
          when("created", key.created_at),
          when("expires", key.expires_at),
          when("used", key.last_used_at)};
}

int list_api_keys(const Program& program, const ApiKeyListOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  api_keys::ApiKeyStore store{session.database()};
  const auto keys = session.run(store.list(program.clock.now()));
  if (options.as_json) {
    std::string json;
    json::Writer writer{json};
    writer.begin_array();
    for (const api_keys::StoredKey& one : keys) write_api_key(writer, one.key);
    writer.end_array();
    program.out << json << '\n';
    return exit_success;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(keys.size());
  for (const api_keys::StoredKey& one : keys) rows.push_back(cells_of(one.key));
  program.out << table_of(rows);
  return exit_success;
}

int rotate_api_key(const Program& program, const ApiKeyRotationOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  ApiKeyFlow flow{session.database(), program.clock, program.random};
  const std::chrono::seconds grace{options.grace_s};
  const auto issued = session.run(flow.rotate(options.id, grace, all_authority, origin_of(program)));
  const std::string sentence = "has a new secret; the old one stays valid for " + std::to_string(grace.count()) + " s";
  return print_issued(program, issued, sentence, options.as_json);
}

int revoke_api_key(const Program& program, const ApiKeyRevocationOptions& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  ApiKeyFlow flow{session.database(), program.clock, program.random};
  const auto revoked = session.run(flow.revoke(options.id, origin_of(program)));
  if (!revoked) {
    program.err << sentence_of(revoked.error().reason);
    return exit_failure;
  }
  if (!options.as_json) {
    program.out << "API key " << revoked->public_id << " is revoked\n";
    return exit_success;
  }
  std::string json;
  json::Writer writer{json};
  write_api_key(writer, *revoked);
  program.out << json << '\n';
  return exit_success;
}

}  // namespace

void add_api_key_commands(Commands& commands) {
  Commands keys = commands.add_group("keys", "Manage the API keys in the database");
  keys.add("create", "Make a key and print its secret", define_new_api_key, create_api_key);
  keys.add("list", "List the valid keys, oldest first", define_api_key_list, list_api_keys);
  keys.add("rotate", "Give a key a new secret; the old one stays valid for a while", define_api_key_rotation,
           rotate_api_key);
  keys.add("revoke", "Revoke a key at once", define_api_key_revocation, revoke_api_key);
}

}  // namespace gatehouse::cli
