#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/keyed_hash.hpp"
#include "crypto/random.hpp"
#include "crypto/sealing_keys.hpp"
#include "database/database_settings.hpp"
#include "sessions/session_store.hpp"
#include "sessions/shared_epoch.hpp"

namespace gatehouse::sessions {

/// A session's row as replicas share it.
struct SharedRow {
  StoredSession session;  ///< with an owner
  SharedTime read_at;     ///< the row was read then or later: it has every change that was made before
};

/// The names under which replicas share sessions, and the keys that seal them: whoever reads the store learns no id, no
/// user and no time but those of its keys, and whatever they make up, change or move to another name does not open. All
/// keys come from the first SESSION_SECRET; replicas with different ones share nothing. Immutable; any thread.
class SharedSessionKeys {
 public:
  /// Replicas with another CHANGE_FEED share nothing either, because neither would hear how the other joins.
  SharedSessionKeys(const SecretString& secret, database::ChangeFeedKind feed);
  SharedSessionKeys(const SharedSessionKeys&) = delete;
  SharedSessionKeys& operator=(const SharedSessionKeys&) = delete;

  /// Distinguishes these keys from others.
  [[nodiscard]] const std::string& tag() const { return tag_; }

  static constexpr std::size_t name_length = 33;
  /// `s` or `u` and 32 hexadecimal digits.
  [[nodiscard]] std::string name_of(const Ended& ended) const;

  /// The value for the store: read_at in 13 digits and the user's name, which the store's script compares, and the rest
  /// sealed. Bound to `place`, the key in the store.
  [[nodiscard]] std::string seal(const SharedRow& row, std::string_view place, crypto::Random& random) const;
  /// nullopt unless every byte is as it was sealed for this place.
  [[nodiscard]] std::optional<SharedRow> open(std::string_view sealed, std::string_view place) const;

 private:
  const std::string tag_;
  const crypto::KeyedHash names_;
  const crypto::SealingKeys sealing_;
};

}  // namespace gatehouse::sessions
