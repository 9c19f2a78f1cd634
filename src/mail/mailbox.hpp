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

  /// What stands behind the @.
  [[nodiscard]] std::string_view domain() const;
};

/// `no-reply@example.com` or `Example <no-reply@example.com>`; nothing for anything else.
[[nodiscard]] std::optional<Mailbox> read_mailbox(std::string_view text);

/// Whether a mail can be addressed to it: one @ at least, something on both sides, no blanks or controls, at most
/// address_bytes_max. Rows of other programs may hold anything.
[[nodiscard]] bool is_deliverable(std::string_view address);

/// The address as SMTP and headers write it: a local part with characters that mean something there is quoted (RFC 5321
/// section 4.1.2). The address is deliverable.
[[nodiscard]] std::string written_address(std::string_view address);

}  // namespace gatehouse::mail
