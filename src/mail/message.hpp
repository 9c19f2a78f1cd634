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

/// A message as it travels (RFC 5322): multipart/alternative with text and HTML, quoted-printable, CRLF at every line's
/// end, no line longer than 998 bytes. Of the same parts always the same bytes. `Auto-Submitted` keeps machines from
/// answering (RFC 3834).
[[nodiscard]] std::string format_message(const MessageParts& parts);

/// `<gatehouse-7@example.com>`: the same for every attempt to send the row, so that a second copy can be recognised.
[[nodiscard]] std::string message_id(MailId id, const Mailbox& from);

/// Unstructured text for a header: as it is where that is ASCII, else in encoded words (RFC 2047). Controls, line ends
/// among them, become blanks.
[[nodiscard]] std::string header_text(std::string_view text);

/// RFC 2045 section 6.7; every line end of the text becomes CRLF.
[[nodiscard]] std::string quoted_printable(std::string_view text);

}  // namespace gatehouse::mail
