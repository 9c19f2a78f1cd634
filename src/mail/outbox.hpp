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

/// What a flow wants to tell somebody.
///
///     changes.add(outbox.letter_to({.user = id}, {.kind = Kind::password_changed, .locale = locale,
///                                                 .variables = {{"address", from}}}));
struct Letter {
  Kind kind;
  std::string locale = {};                               ///< from Outbox::locale_for(); empty: the default
  SecretString token = {};                               ///< the link's secret; empty: a letter without a link
  Variables variables = {};                              ///< variables_of(kind), as far as they are known
  std::optional<std::string> dedupe_key = std::nullopt;  ///< a second letter with this key is dropped
  std::optional<TimePoint> expires_at = std::nullopt;    ///< when the token expires: the letter is not sent after that
};

/// The keys that seal letters and the templates that render them. Immutable.
struct Stationery {
  /// Takes at least one secret and keeps only the keys derived from the secrets. Throws std::invalid_argument if a
  /// template of MAIL_TEMPLATES has a mistake. Blocks.
  Stationery(const MailSettings& settings, std::span<const SecretString> secrets);

  const ContentsSealer sealer;
  const Templates templates;
};

/// Where flows hand in their letters. A letter is a change: it is sent if and only if the transaction it was added to
/// is committed. Any replica sends it, at least once, and within moments if the mail server is reachable. The database
/// holds its secrets only in sealed form, until it is sent or given up.
///
/// Thread-safe.
class Outbox {
 public:
  /// `clock` and `random` outlive the outbox.
  Outbox(std::shared_ptr<const Stationery> stationery, const Clock& clock, crypto::Random& random);

  /// Replaces the stationery from the next letter on.
  void use(std::shared_ptr<const Stationery> stationery);

  /// A letter to a user, at the address that their row has when the change is made; to nobody if the user does not
  /// exist or is disabled. The work is the same either way, so that its duration does not reveal whether the user
  /// exists. Throws std::invalid_argument for variables over the bounds of model.hpp.
  [[nodiscard]] database::Change<void> letter_to(Reader reader, Letter letter) const;
  /// A letter to an address that no row has yet.
  [[nodiscard]] database::Change<void> letter_to_address(std::string address, Letter letter) const;

  /// The locale for a letter to a user: the user's own, otherwise the most wanted one in the Accept-Language header of
  /// the request that there are templates for.
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
