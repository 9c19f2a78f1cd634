#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/keyed_hash.hpp"
#include "crypto/random.hpp"
#include "crypto/sealing_keys.hpp"
#include "sessions/session_store.hpp"
#include "sessions/shared_epoch.hpp"

namespace gatehouse::sessions {

/// A session's row as replicas share it.
struct SharedRow {
  StoredSession session;  ///< with an owner
  SharedTime read_at;     ///< or a little later: it has every change that was made before
};

/// Under which names replicas share sessions, and how these are sealed: whoever reads the store learns no id, no user
/// and no time but those of its keys, and nothing that it makes up, changes or moves to another name opens. All from
/// the first SESSION_SECRET; with another one replicas share nothing. Immutable; any thread.
class SharedSessionKeys {
 public:
  explicit SharedSessionKeys(const SecretString& secret);
  SharedSessionKeys(const SharedSessionKeys&) = delete;
  SharedSessionKeys& operator=(const SharedSessionKeys&) = delete;

  /// Tells these keys from others.
  [[nodiscard]] const std::string& tag() const { return tag_; }

  static constexpr std::size_t name_length = 33;
  /// `s` or `u` and 32 hexadecimal digits.
  [[nodiscard]] std::string name_of(const Ended& ended) const;

  /// What stands in the store: read_at in 13 digits and the user's name, which the store's script compares, and the
  /// rest sealed. Bound to `place`, where it will stand.
  [[nodiscard]] std::string seal(const SharedRow& row, std::string_view place, crypto::Random& random) const;
  /// Nothing unless every byte is as sealed for this place.
  [[nodiscard]] std::optional<SharedRow> open(std::string_view sealed, std::string_view place) const;

 private:
  const std::string tag_;
  const crypto::KeyedHash names_;
  const crypto::SealingKeys sealing_;
};

}  // namespace gatehouse::sessions
