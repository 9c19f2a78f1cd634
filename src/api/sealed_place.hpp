#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"

namespace gatehouse::api {

/// A place in a list that is ordered by time and id.
struct ListPlace {
  TimePoint time;
  std::int64_t id;
};

/// Seals places of one list, encrypted and authenticated, so that a client can neither read nor forge one, nor use one
/// of another list. Every replica with the same SESSION_SECRET reads it. Any thread.
class SealedPlace {
 public:
  /// `purpose` is static and names the list.
  SealedPlace(const SecretString& secret, std::string_view purpose);

  [[nodiscard]] std::string write(const ListPlace& place, crypto::Random& random) const;
  [[nodiscard]] std::optional<ListPlace> read(std::string_view text) const;

 private:
  std::string_view purpose_;
  crypto::Aead aead_;
};

}  // namespace gatehouse::api
