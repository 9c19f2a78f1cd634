#include "tokens/token_settings.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "config/assign.hpp"
#include "config/checks.hpp"
#include "jose/asymmetric_key.hpp"

namespace gatehouse::tokens {
namespace {

using namespace config;
using std::chrono::days;
using std::chrono::seconds;
using Text = std::string_view;

constexpr std::string_view token_group = "Tokens";
constexpr DurationRange lifetime_range{seconds{1}, days{3650}};

Parsed<void> assign_jitter(Text text, double& out) {
  constexpr double jitter_max = 0.5;
  double jitter = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, jitter, std::chars_format::fixed);
  const bool is_number = read.ec == std::errc{} && read.ptr == end;
  const bool is_allowed = is_number && jitter >= 0 && jitter <= jitter_max;
  if (!is_allowed) return std::unexpected(Unreadable{"a number from 0 to 0.5"});
  out = jitter;
  return {};
}

constexpr std::array<Choice<TokenType>, 2> token_types{{{"jwt", TokenType::jwt}, {"at+jwt", TokenType::access_token}}};

Parsed<void> assign_audiences(Text text, std::vector<std::string>& out) {
  std::vector<std::string> audiences;
  const auto read = assign_list(text, [](Text entry) { return Parsed<std::string>{entry}; }, audiences);
  if (!read) return read;
  if (audiences.empty()) return std::unexpected(Unreadable{"a comma-separated list of audiences"});
  out = std::move(audiences);
  return {};
}

constexpr auto token_rows = std::to_array<SettingOf<TokenSettings>>({
    {{"JWT_SECRET", secrets_group, "",
      "Signs tokens (HS256); at least 32 bytes. With several, comma-separated, the first signs and each verifies.",
      Secrecy::key},
     nullptr,
     &TokenSettings::secrets,
     [](const TokenSettings& s) { return s.private_key_pem.empty(); }},
    {{"JWT_PRIVATE_KEY", secrets_group, "",
      "A private key in PEM form (RSA, P-256 or Ed25519) that signs tokens instead of JWT_SECRET.", Secrecy::secret},
     [](TokenSettings& s, Text text) { return assign_private_key(text, s.private_key_pem); }},
    {{"JWT_EXPIRES_IN", token_group, "1h", "How long a token is valid."},
     [](TokenSettings& s, Text text) { return assign_duration(text, lifetime_range, s.ttl); }},
    {{"JWT_JITTER", token_group, "0.05",
      "Tokens of clients with a refresh token expire up to this fraction earlier, at random, so that not all "
      "refresh at once."},
     [](TokenSettings& s, Text text) { return assign_jitter(text, s.jitter); }},
    {{"JWT_ISSUER", token_group, "gatehouse", "The iss claim of the tokens that are issued and accepted."},
     [](TokenSettings& s, Text text) { return assign_text(text, s.issuer); }},
    {{"JWT_AUDIENCE", token_group, "gatehouse",
      "The aud claim of the tokens that are issued and accepted. With several, comma-separated, tokens are issued for "
      "the one that the caller names in X-Audience, or else the first, and accepted for any of them."},
     [](TokenSettings& s, Text text) { return assign_audiences(text, s.audiences); }},
    {{"JWT_TYPE", token_group, "JWT",
      "The typ of the tokens that are issued: JWT, or at+jwt, which adds the client_id of RFC 9068. Both are "
      "accepted."},
     [](TokenSettings& s, Text text) { return assign_choice(text, token_types, s.type); }},
});

void check_private_key(const SecretString& pem, Checks& checks) {
  if (pem.empty()) return;
  try {
    const jose::PrivateKey key{pem.reveal()};
  } catch (const std::invalid_argument& refusal) {
    checks.refuse({"JWT_PRIVATE_KEY", std::string{"cannot be used: "} + refusal.what(),
                   "use RSA with at least 2048 bits, EC on P-256 or Ed25519, without a passphrase"});
  }
}

void check(const TokenSettings& settings, Checks& checks) {
  for (const SecretString& secret : settings.secrets) {
    // A public key is known to everybody: whoever signed with it as if it were a secret would be believed.
    if (secret.reveal().find("-----BEGIN ") == std::string_view::npos) continue;
    checks.refuse({"JWT_SECRET", "is a key in PEM form, not a secret", "JWT_PRIVATE_KEY takes a private key"});
  }
  check_private_key(settings.private_key_pem, checks);
}

}  // namespace

Section<TokenSettings> token_section() { return {.rows = token_rows, .check = check}; }

}  // namespace gatehouse::tokens
