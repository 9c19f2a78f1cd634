#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "passwords/breach_filter.hpp"
#include "passwords/password_settings.hpp"
#include "passwords/personal_words.hpp"

namespace gatehouse::passwords {

/// Why a new password is refused: the first of these that holds.
enum class PasswordFault : std::uint8_t {
  empty,
  too_long,         ///< over password_bytes_max, as it was received
  not_unicode,      ///< not well-formed UTF-8
  nul_character,    ///< other programs would end the password there
  too_short,        ///< fewer characters than PASSWORD_LENGTH_MIN
  too_few_classes,  ///< fewer kinds of characters than PASSWORD_CLASSES_MIN
  personal,         ///< the person's own words, or PASSWORD_CONTEXT_WORDS
  common,           ///< one of those that attackers try first
  breached,         ///< in the operator's filter
};

/// A fault as an answer reports it. Neither text contains any part of the password.
struct PasswordRefusal {
  PasswordFault fault;
  std::string message;  ///< for the person: `must be at least 8 characters long`, after the field's name

  /// The fault's name, one of FieldCode in api/openapi.yaml.
  [[nodiscard]] std::string_view code() const;
};

/// Checks for the first four faults only. No password may have them, wherever it comes from: it could not be hashed, or
/// could not be typed again.
[[nodiscard]] std::optional<PasswordRefusal> form_fault_of(const SecretString& password);

/// The rules for new passwords (SP 800-63B-4 section 3.1.1.2; OWASP ASVS 5.0, 6.2). Every way to set one applies them:
/// creating and changing users, resetting and changing passwords, imports of plain text. Passwords that were set before
/// stay valid, and the seeds are not checked here.
///
/// All rules except the length in bytes apply to the text that is hashed: the composed form (PasswordService). One per
/// process, any thread. refusal_of() waits for nothing but the filter's pages, and takes some microseconds.
class PasswordRules {
 public:
  /// Opens the filter that the settings name. If it cannot be used there is none: the settings' own check has reported
  /// that, and refused it in production.
  explicit PasswordRules(const PasswordSettings& settings);

  /// Why this person must not have this password; nullopt if it is acceptable.
  [[nodiscard]] std::optional<PasswordRefusal> refusal_of(const SecretString& password, const Person& person) const;

  /// Switches to the filter at this path, or to none if the path is empty. The error says why the new filter cannot be
  /// used; the previous one then stays.
  [[nodiscard]] std::expected<void, std::string> reopen_filter(const std::string& path);

  [[nodiscard]] unsigned length_min() const { return length_min_; }
  [[nodiscard]] unsigned classes_min() const { return classes_min_; }
  [[nodiscard]] bool refuses_breached() const { return filter() != nullptr; }

 private:
  [[nodiscard]] std::shared_ptr<const BreachFilter> filter() const;
  [[nodiscard]] std::optional<PasswordFault> fault_of(const SecretString& password, const Person& person) const;
  [[nodiscard]] PasswordRefusal refusal(PasswordFault fault) const;

  // Constant after construction.
  const unsigned length_min_;
  const unsigned classes_min_;
  const std::vector<std::string> context_words_;  ///< folded

  mutable std::mutex mutex_;
  std::shared_ptr<const BreachFilter> filter_;  ///< guarded by mutex_; null: none
};

}  // namespace gatehouse::passwords
