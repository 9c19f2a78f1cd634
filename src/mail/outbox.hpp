#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "config/environment.hpp"
#include "crypto/random.hpp"
#include "database/changes.hpp"
#include "mail/contents_sealer.hpp"
#include "mail/mail_settings.hpp"
#include "mail/mail_store.hpp"
#include "mail/model.hpp"
#include "mail/templates.hpp"

namespace gatehouse::mail {

/// What a flow wants to be told to somebody.
///
///     changes.add(outbox.letter_to({.user = id}, {.kind = Kind::password_changed, .locale = locale,
///                                                 .variables = {{"address", from}}}));
struct Letter {
  Kind kind;
  std::string locale = {};                               ///< Outbox::locale_for() knows; empty: the default
  SecretString token = {};                               ///< of the link; empty: a letter without one
  Variables variables = {};                              ///< variables_of(kind), as far as they are known
  std::optional<std::string> dedupe_key = std::nullopt;  ///< a second letter with this key is dropped
  std::optional<TimePoint> expires_at = std::nullopt;    ///< of the token: the letter is not sent any more after that
};

/// What letters are sealed with and filled into. Immutable.
struct Stationery {
  /// Of the secrets, at least one, keys are kept. Throws std::invalid_argument where a template of MAIL_TEMPLATES has a
  /// mistake. Blocks.
  Stationery(const MailSettings& settings, std::span<const SecretString> secrets);

  const ContentsSealer sealer;
  const Templates templates;
};

/// Where flows hand in their letters. A letter is a change: it is sent if and only if the transaction it was added to
/// is committed, at least once, by any replica, within moments where the mail server is there. Its secrets are in the
/// database in sealed form alone, until it is sent or given up.
///
/// Thread-safe.
class Outbox {
 public:
  /// `clock` and `random` outlive the outbox.
  Outbox(std::shared_ptr<const Stationery> stationery, const Clock& clock, crypto::Random& random);

  /// From the next letter on.
  void use(std::shared_ptr<const Stationery> stationery);

  /// To a user, at the address that their row has then; to nobody where there is no such user, or a disabled one. It
  /// is the same work either way, so that nobody learns from the time whether there is. Throws std::invalid_argument
  /// for variables over the bounds of model.hpp.
  [[nodiscard]] database::Change<void> letter_to(Reader reader, Letter letter) const;
  /// To an address that no row has yet.
  [[nodiscard]] database::Change<void> letter_to_address(std::string address, Letter letter) const;

  /// What a letter to a user should be written in: the user's own locale, else the best of an Accept-Language header of
  /// the request that caused it that there are templates for.
  [[nodiscard]] std::string locale_for(const std::optional<std::string>& own, std::string_view accept_language) const;

  [[nodiscard]] std::shared_ptr<const Stationery> stationery() const;

 private:
  [[nodiscard]] NewMail sealed(Letter letter) const;

  const Clock& clock_;
  crypto::Random& random_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Stationery> stationery_;
};

}  // namespace gatehouse::mail
