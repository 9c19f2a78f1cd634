#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "database/feed_proof.hpp"
#include "service/settings.hpp"
#include "service/wiring/token_ring.hpp"
#include "signing_keys/sealer_in_use.hpp"
#include "signing_keys/signing_key_store.hpp"
#include "signing_keys/topics.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Keeps the token ring in line with the table of signing keys and with the settings. It reads the table when the bell
/// rings, and every second while the change feed is silent, and makes another ring if anything has changed. While the
/// database is unavailable, the ring stays as it was. Belongs to its Database's io thread.
class RingKeeper {
 public:
  static constexpr std::chrono::seconds deaf_interval{1};  ///< if the change feed is silent, or the table was not read
  static constexpr std::chrono::minutes calm_interval{1};

  /// Everything outlives the keeper, except for the settings, which it owns jointly with others.
  struct Parts {
    std::shared_ptr<const Settings> settings;
    database::Database& database;
    signing_keys::KeyBell& bell;
    signing_keys::SealerInUse& sealer;
    const database::FeedProof& feed;
    const Clock& clock;
    crypto::Random& random;
    telemetry::Log& log;
    std::function<void(const std::shared_ptr<const TokenRing>&)> turn;  ///< hands a new ring to every io thread
  };

  explicit RingKeeper(Parts parts) : parts_(std::move(parts)), store_(parts_.database) {}

  /// Reads the table and switches to what it holds. Throws what Database throws.
  [[nodiscard]] Task<> renew();
  /// Renews the ring until the coroutine is cancelled.
  [[nodiscard]] Task<> keep();
  /// Switches to settings that were read again and whose keys can be used.
  void use(std::shared_ptr<const Settings> settings);

 private:
  [[nodiscard]] Task<bool> try_to_renew();
  void make_ring();

  Parts parts_;
  signing_keys::SigningKeyStore store_;
  std::vector<signing_keys::StoredKey> keys_;  ///< of the last reading
  bool has_ring_ = false;                      ///< made of keys_
  std::vector<std::string> unreadable_;        ///< already logged
  std::string unread_reason_;                  ///< why the table could not be read, already logged
};

}  // namespace gatehouse::service
