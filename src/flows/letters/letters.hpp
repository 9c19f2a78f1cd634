#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "audit/event.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "flows/letters/mail_budget.hpp"
#include "mail/outbox.hpp"
#include "one_time_tokens/one_time_token_settings.hpp"
#include "one_time_tokens/one_time_token_store.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Whom a link is sent to. For nobody the same work is done as for a user, without effect. keep() it once the letter is
/// committed.
struct [[nodiscard]] Recipient {
  static constexpr UserId nobody{0};  ///< no row has this id

  UserId user = nobody;
  std::string first_name = {};  ///< of a verified address only: else a stranger may choose what its owner reads
  std::string locale = {};      ///< in which the letter is written; empty: the default
  CountedMail mail = {};
  CountedMail mail_to_address = {};  ///< the mail to an address that the user wants to have

  void keep() {
    mail.keep();
    mail_to_address.keep();
  }
  [[nodiscard]] bool is_somebody() const { return user != nobody; }
};

/// A mail that a user gets without having asked for it. No second one is sent with the same `dedupe_key`.
struct Notice {
  mail::Kind kind;
  UserId user;
  std::string languages = {};  ///< as in Asker
  mail::Variables variables = {};
  std::optional<std::string> password_hash = {};  ///< of the user; must still be the stored one
  std::optional<std::string> dedupe_key = {};
};

/// Writes to users: letters with links, and notices. Each is added to the changes that it is about.
///
/// One per io thread; everything it refers to outlives it. Throws what Database throws.
class Letters {
 public:
  /// What letters are written with.
  struct Parts {
    database::Database& database;
    const mail::Outbox& outbox;
    const MailBudget& budget;
    one_time_tokens::OneTimeTokenSettings lifetimes;
    bool sends_notices;       ///< somebody receives the letters: a mail server, or a developer
    bool verifies_new_users;  ///< new users are asked to verify their email
    const Clock& clock;
    crypto::Random& random;
    MailBudget::Shared shared_limits = nullptr;  ///< count the mails of all replicas
  };

  explicit Letters(const Parts& parts) : parts_(parts), users_(parts.database) {}

  /// Nobody if there is no such user, if they are disabled, or if they were sent this kind too often.
  [[nodiscard]] Task<Recipient> recipient(one_time_tokens::Kind kind, std::optional<users::Contact> contact,
                                          std::string languages) const;
  /// The same for the link to an address that the user wants to have. Also nobody if that address was sent too many.
  [[nodiscard]] Task<Recipient> recipient_at(std::string new_email, users::Contact contact,
                                             std::string languages) const;

  /// The same, however often the kind was sent: an operator wants it.
  [[nodiscard]] Recipient chosen_recipient(const users::Contact& contact, std::string_view languages) const;

  /// Adds a token of this kind, reset or verify, and the letter that carries it. Locks the user's row first.
  void add_link(database::Changes& changes, one_time_tokens::Kind kind, const Recipient& to);
  /// The same for a user whom the changes insert with this email, if new users are asked to verify theirs.
  void add_first_link(database::Changes& changes, const std::string& email, std::string_view languages);
  /// Adds a token for the address that the user wants to have, and the letter that carries it there. If the address is
  /// another user's, the `holder`'s, the letter only tells them and carries no token.
  void add_email_link(database::Changes& changes, const Recipient& user, const std::string& new_email,
                      const std::optional<users::Contact>& holder);
  /// Adds a token to reset the password with. No letter carries it, but the answer to a right password does.
  [[nodiscard]] SecretString add_reset_token(database::Changes& changes, UserId user);

  /// keep() the mail once the changes are committed. For nobody the same work is done as for a user, without effect.
  /// `changes` outlives the coroutine.
  [[nodiscard]] Task<CountedMail> add_notice(database::Changes& changes, Notice notice);

 private:
  struct Issued {
    SecretString text;
    one_time_tokens::NewOneTimeToken row;
  };
  [[nodiscard]] Issued issue(one_time_tokens::Kind kind) const;
  void add_token(database::Changes& changes, one_time_tokens::NewOneTimeToken row, UserId user) const;

  const Parts parts_;
  users::UserStore users_;
};

/// The event that somebody asked for a mail: it was sent to the recipient, or the reason why to nobody.
[[nodiscard]] audit::Event mailing_event(audit::EventType type, const std::optional<users::Contact>& contact,
                                         const Recipient& recipient, TimePoint now, audit::Origin origin);

/// The payload in the row of a token that add_reset_token() made.
inline constexpr std::string_view answered_token = "answered";

}  // namespace gatehouse::flows
