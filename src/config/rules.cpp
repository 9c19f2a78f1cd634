#include "config/rules.hpp"

#include <arpa/inet.h>

#include <array>
#include <span>
#include <stdexcept>
#include <vector>

#include "config/secret_strength.hpp"
#include "config/sources.hpp"
#include "crypto/certificate.hpp"
#include "jose/asymmetric_key.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view generate_remedy = "`gatehouse secrets generate` makes good ones";
constexpr std::size_t pem_bytes_max = 1 << 20;

/// A secret of the settings with the name it has outside.
struct NamedSecret {
  std::string_view name;
  std::string_view secret;
};

std::vector<NamedSecret> named_secrets(const Settings& settings) {
  std::vector<NamedSecret> named;
  named.reserve(settings.api_keys.size() + settings.sessions.secrets.size() + settings.tokens.secrets.size());
  for (const SecretString& secret : settings.api_keys) named.push_back({"API_KEY", secret.reveal()});
  for (const SecretString& secret : settings.sessions.secrets) named.push_back({"SESSION_SECRET", secret.reveal()});
  for (const SecretString& secret : settings.tokens.secrets) named.push_back({"JWT_SECRET", secret.reveal()});
  return named;
}

std::string_view describe(SecretWeakness weakness) {
  switch (weakness) {
    case SecretWeakness::none:
      return "";
    case SecretWeakness::too_short:
      return "is shorter than 32 characters";
    case SecretWeakness::example:
      return "is an example from a document, not a secret";
    case SecretWeakness::predictable:
      return "can be guessed: it repeats itself or has too few different characters";
  }
  return "";
}

void check_missing(const Settings& settings, Mistakes& mistakes) {
  const auto require = [&mistakes](std::string_view name, bool given) {
    if (!given) mistakes.push_back({std::string{name}, "is missing", std::string{generate_remedy}});
  };
  require("API_KEY", !settings.api_keys.empty());
  require("SESSION_SECRET", !settings.sessions.secrets.empty());
  require("JWT_SECRET", !settings.tokens.secrets.empty() || !settings.tokens.private_key_pem.empty());
}

/// Each pair once; the later one is at fault.
void check_repeated(std::span<const NamedSecret> named, Mistakes& mistakes) {
  for (std::size_t i = 0; i < named.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!equal_in_constant_time(named[i].secret, named[j].secret)) continue;
      const bool same_list = named[i].name == named[j].name;
      const std::string problem =
          same_list ? "holds one secret twice" : "is also used as " + std::string{named[j].name};
      mistakes.push_back({std::string{named[i].name}, problem, "give each its own; " + std::string{generate_remedy}});
      break;
    }
  }
}

void check_file(std::string_view name, const std::string& path, Mistakes& mistakes) {
  if (path.empty() || read_text_file(path, pem_bytes_max)) return;
  mistakes.push_back({std::string{name}, "names a file that cannot be read", "check the path and its permissions"});
}

void check_private_key(const SecretString& pem, Mistakes& mistakes) {
  if (pem.empty()) return;
  try {
    const jose::PrivateKey key{pem.reveal()};
  } catch (const std::invalid_argument& refusal) {
    mistakes.push_back({"JWT_PRIVATE_KEY", std::string{"cannot be used: "} + refusal.what(),
                        "it takes RSA of at least 2048 bits, EC on P-256 or Ed25519, without a passphrase"});
  }
}

void check_tls_pair(const ServerSettings& server, Mistakes& mistakes) {
  if (server.tls_cert.empty() || server.tls_key.empty()) return;
  const auto chain = read_text_file(server.tls_cert, pem_bytes_max);
  const auto key = read_text_file(server.tls_key, pem_bytes_max);
  if (!chain || !key) return;  // check_file() says so
  switch (crypto::fault_of(*chain, *key)) {
    case crypto::CertificateFault::none:
      return;
    case crypto::CertificateFault::certificate_unreadable:
      return mistakes.push_back({"TLS_CERT", "names a file without a certificate in PEM form", "check the path"});
    case crypto::CertificateFault::key_unreadable:
      return mistakes.push_back({"TLS_KEY", "names a file without a readable private key in PEM form",
                                 "check the path; a key behind a passphrase must be decrypted first"});
    case crypto::CertificateFault::key_of_another:
      return mistakes.push_back({"TLS_KEY", "is not the key of the certificate in TLS_CERT", "check both paths"});
  }
}

bool is_address(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 || inet_pton(AF_INET6, host.c_str(), &v6) == 1;
}

bool is_this_machine(std::string_view host) {
  return host.starts_with('/') || host == "localhost" || host == "127.0.0.1" || host == "::1";
}

}  // namespace

Mistakes check_secrets(const Settings& settings) {
  Mistakes mistakes;
  check_missing(settings, mistakes);
  const auto named = named_secrets(settings);
  for (const auto& [name, secret] : named) {
    const SecretWeakness weakness = weakness_of(secret);
    if (weakness == SecretWeakness::none) continue;
    mistakes.push_back({std::string{name}, std::string{describe(weakness)}, std::string{generate_remedy}});
  }
  check_repeated(named, mistakes);
  return mistakes;
}

Mistakes check_combinations(const Settings& settings) {
  Mistakes mistakes;
  const ServerSettings& server = settings.server;
  if (server.tls_cert.empty() != server.tls_key.empty()) {
    const bool lacks_key = server.tls_key.empty();
    mistakes.push_back({lacks_key ? "TLS_CERT" : "TLS_KEY",
                        lacks_key ? "is set without TLS_KEY" : "is set without TLS_CERT", "set both or neither"});
  }
  if (server.host != "localhost" && !is_address(server.host))
    mistakes.push_back({"HOST", "is not an IP address or localhost", "0.0.0.0 and :: listen on every interface"});
  check_file("TLS_CERT", server.tls_cert, mistakes);
  check_file("TLS_KEY", server.tls_key, mistakes);
  check_file("DB_SSL_CA", settings.database.postgres.ssl_ca, mistakes);
  if (settings.database.sqlite.path == ":memory:")
    mistakes.push_back({"SQLITE_PATH", "names no file: each connection would have a memory of its own",
                        "name a file, in a temporary folder if need be"});
  if (settings.database.sqlite.path.find("://") != std::string::npos)
    mistakes.push_back({"SQLITE_PATH", "is a URL, not the path of a file", "DATABASE_URL takes URLs"});
  if (settings.database.postgres.pool_min > settings.database.postgres.pool_max)
    mistakes.push_back({"DB_POOL_MIN", "is larger than DB_POOL_MAX", "lower it or raise DB_POOL_MAX"});
  if (settings.sessions.absolute_ttl < settings.sessions.ttl)
    mistakes.push_back({"SESSION_ABSOLUTE_TTL", "is shorter than SESSION_TTL", "raise it or lower SESSION_TTL"});
  return mistakes;
}

Mistakes check_keys(const Settings& settings) {
  Mistakes mistakes;
  for (const SecretString& secret : settings.tokens.secrets) {
    // A public key is known to everybody: whoever signed with it as if it were a secret would be believed.
    if (secret.reveal().find("-----BEGIN ") == std::string_view::npos) continue;
    mistakes.push_back({"JWT_SECRET", "is a key in PEM form, no secret", "JWT_PRIVATE_KEY takes a private key"});
  }
  check_private_key(settings.tokens.private_key_pem, mistakes);
  check_tls_pair(settings.server, mistakes);
  return mistakes;
}

Mistakes check_database_choice(const Settings& settings, const std::function<bool(std::string_view)>& is_given) {
  constexpr std::array<std::string_view, 6> names{"DB_PORT",     "DB_NAME", "DB_USER",
                                                  "DB_PASSWORD", "DB_SSL",  "DB_SSL_CA"};
  Mistakes mistakes;
  if (settings.database.kind != DatabaseKind::sqlite || is_given("DATABASE_URL")) return mistakes;
  for (const std::string_view name : names) {
    if (is_given(name))
      mistakes.push_back({std::string{name}, "is set, but neither DB_HOST nor DATABASE_URL: the database is SQLite",
                          "set DB_HOST for PostgreSQL, or remove it"});
  }
  return mistakes;
}

Mistakes advise(const Settings& settings, const std::function<bool(std::string_view)>& is_given) {
  Mistakes advice;
  if (is_given("DATABASE_URL") && is_given("DB_HOST"))
    advice.push_back({"DB_HOST", "is overridden by DATABASE_URL", "keep one of the two"});
  const PostgresSettings& postgres = settings.database.postgres;
  if (settings.environment != Environment::production || settings.database.kind != DatabaseKind::postgres)
    return advice;
  if (!postgres.ssl && !is_this_machine(postgres.host))
    advice.push_back({"DB_SSL", "is false: what goes to the database can be read on its way", "set DB_SSL=true"});
  if (postgres.password.equals("postgres"))
    advice.push_back({"DB_PASSWORD", "is PostgreSQL's example password", "choose another"});
  return advice;
}

}  // namespace gatehouse::config
