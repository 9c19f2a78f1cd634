#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/secret_string.hpp"

namespace gatehouse::lockout {

/// Under which keys attempts are counted: 16 bytes that tell nobody an email or an address without SESSION_SECRET
/// (HKDF-SHA256), its first one where there are several. Immutable; any thread.
class AccountKeys {
 public:
  static constexpr std::size_t key_bytes = 16;

  /// At least one.
  explicit AccountKeys(std::span<const SecretString> secrets);
  ~AccountKeys();
  AccountKeys(const AccountKeys&) = delete;
  AccountKeys& operator=(const AccountKeys&) = delete;

  /// Of a user's account, whichever email it has.
  [[nodiscard]] std::string of_user(UserId user) const;
  /// The same by each of the secrets: replicas that are given them in another order count under another one.
  [[nodiscard]] std::vector<std::string> all_of_user(UserId user) const;
  /// Of an email that nobody has, by users::email_key(): one of 65,536, so that unknown emails are counted as others
  /// are and fill no table.
  [[nodiscard]] std::string of_nobody(std::string_view email_key) const;
  /// Of an address, in a text that is the same for all that count as one.
  [[nodiscard]] std::string of_source(std::string_view source) const;

 private:
  using Secret = std::array<std::byte, 32>;

  [[nodiscard]] static std::string key_for(const Secret& secret, std::string_view purpose, std::string_view text);

  std::vector<Secret> secrets_;
};

}  // namespace gatehouse::lockout
