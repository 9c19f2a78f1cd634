#include "passwords/password_rules.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "passwords/front_coded_words.hpp"
#include "passwords/stored_password.hpp"

namespace gatehouse::passwords {
namespace {

/// The password in another form. The intermediate text is wiped.
SecretString mapped(const SecretString& password, std::string (*map)(std::string_view)) {
  std::string text = map(password.reveal());
  SecretString result{text};
  wipe_memory(text.data(), text.size());
  return result;
}

std::vector<std::string> folded(const std::vector<std::string>& words) {
  std::vector<std::string> all;
  all.reserve(words.size());
  for (const std::string& word : words) all.push_back(to_nfkc_casefold(word));
  return all;
}

std::optional<PasswordFault> fault_of_form(std::string_view password) {
  if (password.empty()) return PasswordFault::empty;
  if (password.size() > password_bytes_max) return PasswordFault::too_long;
  if (!is_utf8(password)) return PasswordFault::not_unicode;
  if (password.contains('\0')) return PasswordFault::nul_character;
  return std::nullopt;
}

/// The messages of the faults that need no setting.
std::string_view message_of(PasswordFault fault) {
  switch (fault) {
    case PasswordFault::empty:
      return "must not be empty";
    case PasswordFault::too_long:
      return "must be at most 1024 bytes long";
    case PasswordFault::not_unicode:
      return "must be valid UTF-8 text";
    case PasswordFault::nul_character:
      return "must not contain NUL characters";
    case PasswordFault::personal:
      return "must not consist of your name, your email address or the name of this service; choose other words";
    case PasswordFault::common:
      return "must not be one of the most common passwords; choose a less usual one";
    case PasswordFault::breached:
      return "must not be one that was stolen from another service; choose another one";
    case PasswordFault::too_short:
    case PasswordFault::too_few_classes:
      break;
  }
  return "must follow the rules for passwords";
}

}  // namespace

std::string_view PasswordRefusal::code() const {
  switch (fault) {
    case PasswordFault::empty:
      return "empty";
    case PasswordFault::too_long:
      return "too_long";
    case PasswordFault::not_unicode:
      return "not_unicode";
    case PasswordFault::nul_character:
      return "nul_character";
    case PasswordFault::too_short:
      return "too_short";
    case PasswordFault::too_few_classes:
      return "too_few_classes";
    case PasswordFault::personal:
      return "personal";
    case PasswordFault::common:
      return "common";
    case PasswordFault::breached:
      return "breached";
  }
  return "empty";
}

std::optional<PasswordRefusal> form_fault_of(const SecretString& password) {
  const auto fault = fault_of_form(password.reveal());
  if (!fault) return std::nullopt;
  return PasswordRefusal{.fault = *fault, .message = std::string{message_of(*fault)}};
}

PasswordRules::PasswordRules(const PasswordSettings& settings)
    : length_min_(settings.length_min),
      classes_min_(settings.classes_min),
      context_words_(folded(settings.context_words)) {
  if (settings.breach_filter.empty()) return;
  if (auto opened = BreachFilter::open(settings.breach_filter)) filter_ = *std::move(opened);
}

std::optional<PasswordRefusal> PasswordRules::refusal_of(const SecretString& password, const Person& person) const {
  const auto fault = fault_of(password, person);
  if (!fault) return std::nullopt;
  return refusal(*fault);
}

std::optional<PasswordFault> PasswordRules::fault_of(const SecretString& password, const Person& person) const {
  if (const auto fault = fault_of_form(password.reveal())) return fault;
  const SecretString composed = mapped(password, to_nfc);
  if (count_code_points(composed.reveal()) < length_min_) return PasswordFault::too_short;
  if (kinds_of_characters(composed.reveal()).count() < classes_min_) return PasswordFault::too_few_classes;
  const SecretString folded_password = mapped(composed, to_nfkc_casefold);
  const auto words = personal_words(person, context_words_);
  if (is_personal(folded_password.reveal(), words)) return PasswordFault::personal;
  if (frequent_passwords().contains(folded_password.reveal())) return PasswordFault::common;
  const auto breached = filter();
  if (breached && breached->contains(composed.reveal())) return PasswordFault::breached;
  return std::nullopt;
}

PasswordRefusal PasswordRules::refusal(PasswordFault fault) const {
  std::string message{message_of(fault)};
  if (fault == PasswordFault::too_short) {
    message = "must be at least " + std::to_string(length_min_) + " characters long";
  } else if (fault == PasswordFault::too_few_classes) {
    message = "must have at least " + std::to_string(classes_min_) +
              " of these: lower-case letters, upper-case letters, digits, other characters";
  }
  return {.fault = fault, .message = std::move(message)};
}

std::expected<void, std::string> PasswordRules::reopen_filter(const std::string& path) {
  std::shared_ptr<const BreachFilter> next;
  if (!path.empty()) {
    auto opened = BreachFilter::open(path);
    if (!opened) return std::unexpected(std::move(opened.error()));
    next = *std::move(opened);
  }
  const std::scoped_lock lock{mutex_};
  filter_.swap(next);
  return {};
}

std::shared_ptr<const BreachFilter> PasswordRules::filter() const {
  const std::scoped_lock lock{mutex_};
  return filter_;
}

}  // namespace gatehouse::passwords
