#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"
#include "users/user_store.hpp"

namespace gatehouse::api {

/// The `after` of a page of users: the position behind which the next page starts, encrypted and authenticated, so that
/// a client can neither read nor forge one. Every replica with the same SESSION_SECRET reads it. Any thread.
class PageCursor {
 public:
  explicit PageCursor(const SecretString& secret);

  [[nodiscard]] std::string write(const users::PagePosition& position, crypto::Random& random) const;
  [[nodiscard]] std::optional<users::PagePosition> read(std::string_view text) const;

 private:
  crypto::Aead aead_;
};

}  // namespace gatehouse::api
