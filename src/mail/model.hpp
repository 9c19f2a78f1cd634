#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "mail/kind.hpp"

namespace gatehouse::mail {

using MailId = StrongId<struct MailTag>;

/// The state of a mail; the numbers are the values of the column.
enum class State : std::uint8_t { waiting = 0, sent = 1, failed = 2, expired = 3 };

[[nodiscard]] constexpr std::string_view to_text(State state) {
  switch (state) {
    case State::waiting:
      return "waiting";
    case State::sent:
      return "sent";
    case State::failed:
      return "failed";
    case State::expired:
      return "expired";
  }
  return "waiting";
}

/// The values that a letter's templates fill in, by name; variables_of() lists the names. An empty value counts as
/// none.
using Variables = std::map<std::string, std::string, std::less<>>;

/// All that is sealed into a row: the secret of the link, if there is one, and the variables.
struct Contents {
  SecretString token;
  Variables variables;
};

inline constexpr std::size_t variables_max = 16;
inline constexpr std::size_t variable_bytes_max = 1024;

/// What a row is made of, except for the recipient.
struct NewMail {
  MailId id;
  Kind kind;
  std::string locale;                        ///< a language tag, or empty: the default
  std::string sealed_body;                   ///< ContentsSealer's, for this id and kind
  std::optional<std::string> dedupe_key;     ///< a second mail with the same key is not written
  std::optional<TimePoint> expires_at = {};  ///< the mail is not sent any more after that
  TimePoint created_at;
};

/// A mail that one worker has claimed for a time, to send it.
struct ClaimedMail {
  MailId id;
  std::string kind;
  std::string recipient;
  std::string locale;
  std::string sealed_body;
  std::int64_t attempts = 0;  ///< those that have failed
  TimePoint created_at;
  std::optional<TimePoint> expires_at;
};

/// A mail as an operator sees it.
struct MailInfo {
  MailId id;
  std::string kind;
  std::string recipient;
  State state = State::waiting;
  std::int64_t attempts = 0;
  TimePoint created_at;
  TimePoint next_attempt_at;
  std::optional<TimePoint> sent_at;
  std::optional<std::string> last_error;
};

}  // namespace gatehouse::mail
