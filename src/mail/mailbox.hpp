#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::mail {

inline constexpr std::size_t address_bytes_max = 254;  ///< RFC 5321 section 4.5.3.1.3, less the path's angle brackets

/// Who a mail is from: an address, with or without a name for people.
struct Mailbox {
  std::string name;
  std::string address;

  /// The part after the @.
  [[nodiscard]] std::string_view domain() const;
};

/// `no-reply@example.com` or `Example <no-reply@example.com>`; nothing for anything else.
[[nodiscard]] std::optional<Mailbox> read_mailbox(std::string_view text);

/// Whether a mail can be sent to this address: at least one @, something on both sides of it, no blanks or control
/// characters, at most address_bytes_max. Rows written by other programs may hold anything.
[[nodiscard]] bool is_deliverable(std::string_view address);

/// The address as it is written in SMTP and in headers: a local part with special characters is quoted (RFC 5321
/// section 4.1.2). The address must be deliverable.
[[nodiscard]] std::string written_address(std::string_view address);

}  // namespace gatehouse::mail
