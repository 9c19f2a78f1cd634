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

/// The keys under which attempts are counted: 16 bytes that reveal no email or address without SESSION_SECRET
/// (HKDF-SHA256). If there are several secrets, the first one is used. Immutable; any thread.
class AccountKeys {
 public:
  static constexpr std::size_t key_bytes = 16;

  /// At least one secret.
  explicit AccountKeys(std::span<const SecretString> secrets);
  ~AccountKeys();
  AccountKeys(const AccountKeys&) = delete;
  AccountKeys& operator=(const AccountKeys&) = delete;

  /// The key of a user's account, whichever email it has.
  [[nodiscard]] std::string of_user(UserId user) const;
  /// The same, from each of the secrets: replicas that are given them in another order count under another key.
  [[nodiscard]] std::vector<std::string> all_of_user(UserId user) const;
  /// The key of an email that nobody has, from its users::email_key(): one of 65,536, so that unknown emails are
  /// counted like others but cannot fill the table.
  [[nodiscard]] std::string of_nobody(std::string_view email_key) const;
  /// The key of an address; the text is the same for all addresses that count as one.
  [[nodiscard]] std::string of_source(std::string_view source) const;

 private:
  using Secret = std::array<std::byte, 32>;

  [[nodiscard]] static std::string key_for(const Secret& secret, std::string_view purpose, std::string_view text);

  std::vector<Secret> secrets_;
};

}  // namespace gatehouse::lockout
