#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "mail/mailbox.hpp"
#include "mail/model.hpp"

namespace gatehouse::mail {

/// A letter after its templates were filled in, in UTF-8. The subject is one line.
struct Rendered {
  std::string subject;
  std::string text;
  std::string html;
};

/// What a message is made of.
struct MessageParts {
  MailId id;
  const Mailbox& from;
  std::string_view to;  ///< deliverable
  const Rendered& rendered;
  TimePoint date;
};

/// The message as it is sent (RFC 5322): multipart/alternative with text and HTML, quoted-printable, CRLF at the end of
/// every line, no line longer than 998 bytes. The same parts always give the same bytes. `Auto-Submitted` keeps
/// automatic responders from answering (RFC 3834).
[[nodiscard]] std::string format_message(const MessageParts& parts);

/// `<gatehouse-7@example.com>`: the same for every attempt to send the row, so that a second copy can be recognised.
[[nodiscard]] std::string message_id(MailId id, const Mailbox& from);

/// Unstructured text for a header: unchanged if it is short ASCII without `=?`, otherwise in encoded words
/// (RFC 2047). Control characters,
/// including line ends, become blanks.
[[nodiscard]] std::string header_text(std::string_view text);

/// RFC 2045 section 6.7; every line end of the text becomes CRLF.
[[nodiscard]] std::string quoted_printable(std::string_view text);

}  // namespace gatehouse::mail
