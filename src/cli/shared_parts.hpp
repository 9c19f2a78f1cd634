#pragma once

#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "crypto/random.hpp"
#include "http/connection.hpp"
#include "http/middleware/api_keys.hpp"
#include "http/middleware/cors.hpp"
#include "http/middleware/trusted_proxies.hpp"
#include "passwords/password_service.hpp"
#include "routes/page_cursor.hpp"
#include "runtime/worker_pool.hpp"
#include "sessions/session_cache.hpp"
#include "sessions/session_sealer.hpp"
#include "tokens/token_issuer.hpp"
#include "tokens/token_verifier.hpp"

namespace gatehouse::cli {

/// What the io threads of a serving process share: immutable, or safe from any thread.
struct SharedParts {
  /// Everything outlives the parts. Throws std::invalid_argument or std::runtime_error, with the name of the setting,
  /// where a key, certificate or address range cannot be used.
  SharedParts(const config::Settings& settings, const Clock& clock, crypto::Random& random,
              std::string_view openapi_text);

  const config::Settings& settings;
  const Clock& clock;
  crypto::Random& random;
  const std::string_view openapi;

  const http::Cors cors;
  const http::ApiKeys api_keys;
  const http::TrustedProxies proxies;
  const sessions::SessionSealer sealer;
  const tokens::TokenIssuer issuer;
  const tokens::TokenVerifier verifier;
  const routes::PageCursor cursor;
  sessions::SessionCache cache;
  runtime::WorkerPool hashing_pool;
  passwords::PasswordService passwords;
  std::unique_ptr<boost::asio::ssl::context> tls;  ///< null: plain HTTP

  const std::uint32_t connections_max;  ///< CONNECTIONS_MAX, or what the system's limit of open files leaves of it
  http::ConnectionCounts connections;
  std::atomic<bool> schema_ready = false;  ///< migrations are done; until then only health and greeting are answered
};

}  // namespace gatehouse::cli
