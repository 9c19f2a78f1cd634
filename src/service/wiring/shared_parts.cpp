#include "service/wiring/shared_parts.hpp"

#include "http/tls.hpp"
#include "service/descriptor_limit.hpp"

namespace gatehouse::service {

SharedParts::SharedParts(const config::Settings& all_settings, const Clock& wall_clock, crypto::Random& randomness,
                         std::string_view openapi_text)
    : settings(all_settings),
      clock(wall_clock),
      random(randomness),
      openapi(openapi_text),
      cors(settings.server.allowed_origins),
      api_keys(settings.api_keys),
      proxies(settings.server.trusted_proxies),
      sealer(settings.sessions.secrets),
      issuer(settings.tokens, random),
      verifier(settings.tokens),
      cursor(settings.sessions.secrets.front()),
      cache(settings.sessions.cache_bytes),
      hashing_pool(passwords::hashing_pool_options(settings.passwords)),
      passwords(hashing_pool, settings.passwords, random),
      connections_max(raise_descriptor_limit(settings.server.connections_max)) {
  if (settings.server.tls_cert.empty()) return;
  tls = std::make_unique<boost::asio::ssl::context>(
      http::make_tls_context(settings.server.tls_cert, settings.server.tls_key));
}

}  // namespace gatehouse::service
