#include "cli/commands/signing_keys.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/commands/consent.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/origin.hpp"
#include "cli/commands/session_secret.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/commands/user_text.hpp"
#include "flows/signing_keys/signing_key_flow.hpp"
#include "jose/jwk.hpp"
#include "json/writer.hpp"
#include "service/settings.hpp"
#include "signing_keys/fresh_key.hpp"

namespace gatehouse::cli {
namespace {

using flows::KeyError;
using signing_keys::StoredKey;

/// More than any key of an accepted kind takes.
constexpr std::size_t pem_bytes_max = 64UL * 1024;

struct JsonOption {
  bool as_json = false;
};
/// Arguments of `signing-keys generate`.
struct GenerateOptions {
  std::string algorithm = "ES256";
  bool as_json = false;
};
/// Arguments of `signing-keys import FILE`.
struct ImportOptions {
  std::string file;
  bool as_json = false;
};
/// Arguments of `signing-keys promote [KID]` and `retire [KID]`; empty: the default one.
struct StepOptions {
  std::string kid;
  bool at_once = false;
  bool as_json = false;
};
/// Arguments of `signing-keys revoke KID`.
struct RevokeOptions {
  std::string kid;
  Consent consent;
  bool as_json = false;
};

void define_key_list(CLI::App& command, JsonOption& options) { define_json(command, options.as_json); }

void define_generate(CLI::App& command, GenerateOptions& options) {
  command.add_option("--alg", options.algorithm, "RS256, ES256 or EdDSA")->capture_default_str();
  define_json(command, options.as_json);
}

void define_import(CLI::App& command, ImportOptions& options) {
  command.add_option("file", options.file, "A private key in PEM form (RSA, P-256 or Ed25519)")
      ->required()
      ->type_name("FILE");
  define_json(command, options.as_json);
}

void define_promote(CLI::App& command, StepOptions& options) {
  command.add_option("kid", options.kid, "The key; by default the oldest in state next")->type_name("KID");
  command.add_flag("--now", options.at_once, "Do not wait until all clients know the key; some will refuse its tokens");
  define_json(command, options.as_json);
}

void define_retire(CLI::App& command, StepOptions& options) {
  command.add_option("kid", options.kid, "The key; by default the current one")->type_name("KID");
  define_json(command, options.as_json);
}

void define_revoke(CLI::App& command, RevokeOptions& options) {
  command.add_option("kid", options.kid, "The key")->required()->type_name("KID");
  define_consent(command, options.consent);
  define_json(command, options.as_json);
}

/// The flow over the configured database, for one command.
class KeySession {
 public:
  KeySession(const Program& program, const service::Settings& settings)
      : session_(program, settings),
        sealer_(std::make_shared<const signing_keys::PrivateKeySealer>(settings.sessions.secrets)),
        store_(session_.database()),
        flow_({.database = session_.database(),
               .sealer = sealer_,
               .life = signing_keys::KeyLife{{.jwks_max_age = settings.signing_keys.jwks_max_age,
                                              .token_ttl = settings.tokens.ttl}},
               .clock = program.clock,
               .random = program.random}) {}

  [[nodiscard]] flows::SigningKeyFlow& flow() { return flow_; }
  [[nodiscard]] flows::SigningKeyFlow::Result run(Task<flows::SigningKeyFlow::Result> step) {
    return session_.run(std::move(step));
  }
  [[nodiscard]] std::vector<StoredKey> list() { return session_.run(store_.list()); }

 private:
  DatabaseSession session_;
  signing_keys::SealerInUse sealer_;
  signing_keys::SigningKeyStore store_;
  flows::SigningKeyFlow flow_;
};

void write_key(json::Writer& writer, const StoredKey& key) {
  writer.begin_object()
      .member("kid", key.kid)
      .member("alg", jose::to_text(key.algorithm))
      .member("state", to_text(key.state))
      .member("created_at", key.created_at)
      .member("current_from", key.current_from)
      .member("retired_at", key.retired_at)
      .member("drop_at", key.drop_at)
      .end_object();
}

std::string time_text(std::string_view what, const std::optional<TimePoint>& time) {
  return time ? std::string{what}.append(" ").append(to_iso8601(*time)) : std::string{"-"};
}

std::vector<std::string> cells_of(const StoredKey& key) {
  return {key.kid,
          std::string{jose::to_text(key.algorithm)},
          std::string{to_text(key.state)},
          time_text("created", key.created_at),
          time_text("current from", key.current_from),
          time_text("ended", key.retired_at),
          time_text("kept until", key.drop_at)};
}

int list_keys(const Program& program, const JsonOption& options, const service::Loaded& loaded) {
  KeySession session{program, loaded.settings};
  const std::vector<StoredKey> keys = session.list();
  if (options.as_json) {
    std::string json;
    json::Writer writer{json};
    writer.begin_array();
    for (const StoredKey& key : keys) write_key(writer, key);
    writer.end_array();
    program.out << json << '\n';
    return exit_success;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(keys.size());
  for (const StoredKey& key : keys) rows.push_back(cells_of(key));
  program.out << table_of(rows);
  return exit_success;
}

int print_refusal(const Program& program, const flows::KeyRefusal& refusal) {
  program.err << "The key " << to_text(refusal.reason);
  if (refusal.possible_from) {
    program.err << "; it can be promoted from " << to_iso8601(*refusal.possible_from) << " on, or with --now";
  }
  program.err << '\n';
  return exit_failure;
}

/// Prints the key as it is now, or `sentence`; or why the step was not made.
int print_step(const Program& program, KeySession& session, const flows::SigningKeyFlow::Result& step,
               const std::string& sentence, bool as_json) {
  if (!step) return print_refusal(program, step.error());
  if (!as_json) {
    program.out << "Key " << step->kid << ' ' << sentence << '\n';
    return exit_success;
  }
  const std::vector<StoredKey> keys = session.list();
  const auto key = std::ranges::find(keys, step->kid, &StoredKey::kid);
  if (key == keys.end()) return exit_success;
  std::string json;
  json::Writer writer{json};
  write_key(writer, *key);
  program.out << json << '\n';
  return exit_success;
}

constexpr std::string_view made_up_secret = "a key sealed with a generated one could never be opened again";

std::string sentence_of_new(const service::Loaded& loaded) {
  const signing_keys::KeyLife life{{.jwks_max_age = loaded.settings.signing_keys.jwks_max_age, .token_ttl = {}}};
  return "is published; promote it in " + config::to_text(life.publication()) + " or later";
}

int generate_key(const Program& program, const GenerateOptions& options, const service::Loaded& loaded) {
  const auto algorithm = jose::read_algorithm(options.algorithm);
  if (!algorithm || *algorithm == jose::JwsAlgorithm::hs256) {
    program.err << "--alg must be RS256, ES256 or EdDSA\n";
    return exit_failure;
  }
  if (!has_session_secret(program, loaded, made_up_secret)) return exit_failure;
  KeySession session{program, loaded.settings};
  const auto step = session.run(
      session.flow().add(signing_keys::make_fresh_key(*algorithm), flows::KeySource::generated, origin_of(program)));
  return print_step(program, session, step, sentence_of_new(loaded), options.as_json);
}

/// std::nullopt, with the reason printed, if the file holds no key.
std::optional<jose::AsymmetricKey> read_key_file(const Program& program, const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string pem(pem_bytes_max, '\0');
  file.read(pem.data(), static_cast<std::streamsize>(pem.size()));
  const bool is_read = file.eof();
  std::optional<jose::AsymmetricKey> key;
  std::string reason = "it cannot be read, or is too large";
  if (is_read) {
    try {
      key = jose::read_private_pem(std::string_view{pem}.substr(0, static_cast<std::size_t>(file.gcount())));
    } catch (const std::invalid_argument& refusal) {
      reason = refusal.what();
    }
  }
  wipe_memory(pem.data(), pem.size());
  if (!key) program.err << path << " cannot be imported: " << reason << '\n';
  return key;
}

/// Whether the key is JWT_PRIVATE_KEY, which no step on the table would take out of use.
bool is_of_settings(const service::Loaded& loaded, std::string_view kid) {
  const SecretString& pem = loaded.settings.tokens.private_key_pem;
  return !pem.empty() && jose::thumbprint(jose::read_private_pem(pem.reveal())) == kid;
}

int import_key(const Program& program, const ImportOptions& options, const service::Loaded& loaded) {
  if (!has_session_secret(program, loaded, made_up_secret)) return exit_failure;
  auto key = read_key_file(program, options.file);
  if (!key) return exit_failure;
  if (is_of_settings(loaded, jose::thumbprint(*key))) {
    program.err << "This key is JWT_PRIVATE_KEY, which signs and is published already; generate another one\n";
    return exit_failure;
  }
  KeySession session{program, loaded.settings};
  const auto step = session.run(session.flow().add(*std::move(key), flows::KeySource::imported, origin_of(program)));
  return print_step(program, session, step, sentence_of_new(loaded), options.as_json);
}

/// Promotes the key at once or, if it is very new, as soon as every replica has heard of it.
flows::SigningKeyFlow::Result promote_at_once(const Program& program, KeySession& session,
                                              const std::optional<std::string>& kid) {
  const auto promote = [&] {
    return session.run(session.flow().promote(kid, flows::Publication::waived, origin_of(program)));
  };
  auto step = promote();
  if (step || step.error().reason != KeyError::too_young) return step;
  std::this_thread::sleep_for(*step.error().possible_from - program.clock.now());
  return promote();
}

int promote_key(const Program& program, const StepOptions& options, const service::Loaded& loaded) {
  KeySession session{program, loaded.settings};
  const auto kid = given(options.kid);
  const auto step = options.at_once
                        ? promote_at_once(program, session, kid)
                        : session.run(session.flow().promote(kid, flows::Publication::complete, origin_of(program)));
  const std::string sentence =
      step && step->other ? "signs from now on; it replaces " + *step->other : "signs from now on";
  return print_step(program, session, step, sentence, options.as_json);
}

/// Which keys of the settings sign if no key of the table does.
std::string_view settings_that_sign(const service::Loaded& loaded) {
  return loaded.settings.tokens.private_key_pem.empty() ? "JWT_SECRET" : "JWT_PRIVATE_KEY";
}

int retire_key(const Program& program, const StepOptions& options, const service::Loaded& loaded) {
  KeySession session{program, loaded.settings};
  const auto step = session.run(session.flow().retire(given(options.kid), origin_of(program)));
  std::string sentence = "is retired: its tokens are good until they expire";
  if (step && step->was_current) sentence.append("; ").append(settings_that_sign(loaded)).append(" signs from now on");
  return print_step(program, session, step, sentence, options.as_json);
}

int revoke_key(const Program& program, const RevokeOptions& options, const service::Loaded& loaded) {
  if (is_of_settings(loaded, options.kid)) {
    program.err << "This key is JWT_PRIVATE_KEY: remove it from the settings of every replica first\n";
    return exit_failure;
  }
  if (!has_consent(program, options.consent, "Every token that this key has signed will be refused")) {
    return exit_failure;
  }
  KeySession session{program, loaded.settings};
  const auto step = session.run(session.flow().revoke(options.kid, origin_of(program)));
  std::string sentence = "is revoked: its tokens are refused";
  if (step && step->was_current) {
    const std::string successor = step->other ? "key " + *step->other : std::string{settings_that_sign(loaded)};
    sentence += "; " + successor + " signs from now on";
  }
  return print_step(program, session, step, sentence, options.as_json);
}

}  // namespace

void add_key_commands(Commands& commands) {
  Commands keys = commands.add_group("signing-keys", "Manage the keys that sign tokens");
  keys.add("generate", "Make a key and publish it; it signs once it is promoted", define_generate, generate_key);
  keys.add("list", "List the keys, oldest first", define_key_list, list_keys);
  keys.add("promote", "Start signing with a published key, and retire the current one", define_promote, promote_key);
  keys.add("retire", "Stop signing with a key; its tokens stay valid", define_retire, retire_key);
  keys.add("revoke", "Revoke a leaked key; its tokens are refused", define_revoke, revoke_key);
  keys.add("import", "Publish an existing key, as generate does", define_import, import_key);
}

}  // namespace gatehouse::cli
