#include "cli/commands/audit_verify.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <fstream>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/seal_anchors.hpp"
#include "audit/seal_keys.hpp"
#include "audit/seal_store.hpp"
#include "audit/trail_verifier.hpp"
#include "base/text.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/shared_options.hpp"
#include "config/checks.hpp"
#include "json/writer.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `audit verify`.
struct VerifyOptions {
  std::string anchors;            ///< a file; empty: none
  std::vector<std::string> keys;  ///< files
  std::int64_t signed_from = 1;
  bool as_json = false;
};

void define_verify(CLI::App& command, VerifyOptions& options) {
  command.add_option("--anchors", options.anchors, "A log of the service; the seals recorded in it must be the same")
      ->type_name("LOGFILE");
  command
      .add_option("--key", options.keys,
                  "Keys in PEM form that have signed seals, besides AUDIT_SIGNING_KEY; public ones suffice")
      ->type_name("FILE");
  command.add_option("--signed-from", options.signed_from, "The first seal that must be signed, if a key is known")
      ->type_name("SEAL")
      ->capture_default_str();
  define_json(command, options.as_json);
}

/// std::nullopt, with the reason printed, if a file cannot be used.
std::optional<audit::SealKeys> read_keys(const Program& program, const VerifyOptions& options,
                                         const audit::AuditSettings& settings) {
  audit::SealKeys keys;
  if (auto own = audit::make_signing_key(settings)) keys.add(std::move(own));
  for (const std::string& path : options.keys) {
    try {
      keys.add_pem(config::read_pem_file(path).value_or(std::string{}));
    } catch (const std::invalid_argument&) {
      program.err << path << " is not a readable Ed25519 key in PEM form\n";
      return std::nullopt;
    }
  }
  return keys;
}

/// std::nullopt, with the reason printed, if the file tells of no seal.
std::optional<audit::SealAnchors> read_anchors(const Program& program, const std::string& path) {
  if (path.empty()) return audit::SealAnchors{};
  std::ifstream log{path};
  auto anchors = audit::SealAnchors::read(log);
  if (anchors.empty()) {
    program.err << path << " cannot be read or has no line with \"event\":\"audit_sealed\"\n";
    return std::nullopt;
  }
  return anchors;
}

/// Whether every signature would just be unknown for lack of keys; if so, the reason has been printed.
bool lacks_keys(const Program& program, DatabaseSession& session, const audit::SealKeys& keys) {
  if (!keys.empty()) return false;
  audit::SealStore store{session.database()};
  const auto last = session.run(store.last());
  if (!last || !last->key_id) return false;
  program.err << "The seals are signed, most recently by key " << *last->key_id
              << "; name it with --key FILE or AUDIT_SIGNING_KEY\n";
  return true;
}

void print_finding(const Program& program, const audit::SealFinding& finding, bool as_json) {
  std::string line;
  if (as_json) {
    json::Writer writer{line};
    audit::write_finding(writer, finding);
  } else {
    line = "WRONG  " + audit::describe(finding);
  }
  program.out << line << '\n';
}

std::string json_of(const audit::Verified& verified) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object()
      .member("whole", verified.findings == 0)
      .member("findings", verified.findings)
      .member("seals", verified.seals)
      .member("signedSeals", verified.signed_seals)
      .member("prunedSeals", verified.pruned_seals)
      .member("events", verified.events)
      .member("unsealedSince", verified.oldest_unsealed);
  if (verified.last) {
    const audit::Hash hash = hash_of(*verified.last);
    writer.member("lastSealedAt", verified.last->sealed_at).member("lastHash", to_hex(audit::bytes_of(hash)));
  }
  writer.end_object();
  return json;
}

std::string text_of(const audit::Verified& verified) {
  std::string text = verified.findings == 0 ? "Intact: " : std::to_string(verified.findings) + " findings: ";
  text += std::to_string(verified.events) + " events under " + std::to_string(verified.seals) + " seals, " +
          std::to_string(verified.signed_seals) + " of them signed";
  if (verified.pruned_seals > 0) text += "; events of " + std::to_string(verified.pruned_seals) + " seals were pruned";
  if (verified.last) {
    const audit::Hash hash = hash_of(*verified.last);
    text += "\nThe last seal was made at " + to_iso8601(verified.last->sealed_at) + " and has the hash " +
            to_hex(audit::bytes_of(hash));
  }
  if (verified.oldest_unsealed) text += "\nEvents since " + to_iso8601(*verified.oldest_unsealed) + " have no seal yet";
  return text;
}

int verify_trail(const Program& program, const VerifyOptions& options, const service::Loaded& loaded) {
  const audit::AuditSettings& settings = loaded.settings.audit;
  const auto keys = read_keys(program, options, settings);
  if (!keys) return exit_usage;
  const auto anchors = read_anchors(program, options.anchors);
  if (!anchors) return exit_usage;
  DatabaseSession session{program, loaded.settings};
  if (lacks_keys(program, session, *keys)) return exit_usage;
  audit::TrailVerifier verifier{
      {.database = session.database(),
       .keys = *keys,
       .anchors = *anchors,
       .signed_from = options.signed_from,
       .retention = settings.retention,
       .clock = program.clock,
       .tell = [&](const audit::SealFinding& finding) { print_finding(program, finding, options.as_json); }}};
  const audit::Verified verified = session.run(verifier.run());
  program.out << (options.as_json ? json_of(verified) : text_of(verified)) << '\n';
  return verified.findings == 0 ? exit_success : exit_failure;
}

}  // namespace

void add_audit_verify_command(Commands& audit) {
  audit.add("verify", "Compare the audit trail with its seals", define_verify, verify_trail);
}

}  // namespace gatehouse::cli
