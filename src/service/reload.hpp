#pragma once

#include <boost/asio/ssl/context.hpp>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "config/mistake.hpp"
#include "crypto/random.hpp"
#include "mail/outbox.hpp"
#include "passwords/password_rules.hpp"
#include "service/settings.hpp"
#include "service/wiring/key_set.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// What a running process takes over from settings that were read again.
struct Reloaded {
  std::shared_ptr<const KeySet> keys;
  std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: it serves plain HTTP
  std::shared_ptr<const Settings> settings;        ///< as they are to be used
  bool logs_access;
};

/// Logs one line for each.
void log_warnings(telemetry::Log& log, const config::Mistakes& warnings);

/// Reads the settings again, or says what is wrong with them.
using Reread = std::function<std::expected<Loaded, config::Mistakes>()>;

/// Carries out SIGHUP: takes the certificate, secrets, breach filter, mail texts and log level from the files as they
/// are now. All other settings stay as they were at the start. Used by one thread, which it blocks while it reads.
class Reloader {
 public:
  /// What a reloader is made of; everything referred to outlives it.
  struct Parts {
    const Settings& settings;  ///< those of the start
    const Reread& reread;
    const Clock& clock;
    crypto::Random& random;
    passwords::PasswordRules& password_rules;
    mail::Outbox& outbox;
    telemetry::Log& log;
  };

  explicit Reloader(const Parts& parts) : parts_(parts) {}

  /// Sets the breach filter and what mails are made with, and returns the rest, which the caller puts to use before it
  /// calls tell(). std::nullopt if anything is wrong: the log then says what, and everything stays as it was.
  [[nodiscard]] std::optional<Reloaded> reload();

  /// Logs that everything is in use, which people and scripts wait for, and sets the log level.
  void tell(const Reloaded& reloaded);

 private:
  [[nodiscard]] Reloaded take_over(Loaded loaded);
  void keep_token_rules(Settings& now);
  void warn_of_restart(std::string_view name);
  void reopen_breach_filter(const std::string& path);

  Parts parts_;
};

}  // namespace gatehouse::service
