#include "flows/account/account_rules.hpp"

#include <optional>
#include <string>

#include "users/validation.hpp"

namespace gatehouse::flows {
namespace {

void note(FieldErrors& errors, const std::optional<passwords::PasswordRefusal>& refusal,
          std::string_view field = "password") {
  if (refusal) errors.push_back({std::string{field}, refusal->message, refusal->code()});
}

/// The person after the changes. The views are valid as long as both arguments.
passwords::Person person_after(const users::UserChanges& changes, const std::optional<users::User>& user) {
  const auto text = [&user](const std::optional<std::string>& wanted, std::string users::User::* now) {
    if (wanted) return std::string_view{*wanted};
    return user ? std::string_view{(*user).*now} : std::string_view{};
  };
  return {.first_name = text(changes.first_name, &users::User::first_name),
          .last_name = text(changes.last_name, &users::User::last_name),
          .email = text(changes.email, &users::User::email)};
}

}  // namespace

FieldErrors mistakes_in(const users::NewUser& user, const passwords::PasswordRules& rules) {
  FieldErrors errors = users::validate(user);
  note(errors, rules.refusal_of(user.password,
                                {.first_name = user.first_name, .last_name = user.last_name, .email = user.email}));
  return errors;
}

FieldErrors mistakes_in(std::string_view field, const SecretString& password, const users::Contact& user,
                        const passwords::PasswordRules& rules) {
  FieldErrors errors;
  note(errors,
       rules.refusal_of(password, {.first_name = user.first_name, .last_name = user.last_name, .email = user.email}),
       field);
  return errors;
}

FieldErrors unchanged_password(std::string_view field) {
  return {{std::string{field}, "must differ from the current password", "unchanged"}};
}

Task<FieldErrors> AccountRules::mistakes_in(UserId id, users::UserChanges& changes) {
  FieldErrors errors = users::validate(changes);
  if (errors.empty() && !changes.password) co_return errors;
  const auto user = co_await users_.find(id);
  if (user && !errors.empty()) {
    users::drop_unchanged(changes, *user);
    errors = users::validate(changes);
  }
  if (changes.password) note(errors, passwords_.refusal_of(*changes.password, person_after(changes, user)));
  co_return errors;
}

}  // namespace gatehouse::flows
