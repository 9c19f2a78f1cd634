#include "mail/kind.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace gatehouse::mail {
namespace {

constexpr std::array<std::string_view, kind_count> names{"reset-password",    "verify-email",     "change-email",
                                                         "email-changed",     "password-changed", "new-device",
                                                         "password-guessing", "invitation"};

constexpr std::array<std::string_view, 6> common{"app", "expires", "frontend_url", "link", "recipient", "time"};

constexpr std::array<std::string_view, 1> of_name{"first_name"};
constexpr std::array<std::string_view, 2> of_new_address{"first_name", "new_email"};
constexpr std::array<std::string_view, 2> of_change{"first_name", "address"};
constexpr std::array<std::string_view, 4> of_device{"first_name", "address", "user_agent", "token_reused"};
constexpr std::array<std::string_view, 2> of_guessing{"first_name", "failures"};
constexpr std::array<std::string_view, 2> of_invitation{"first_name", "inviter"};

}  // namespace

std::string_view to_text(Kind kind) { return names[static_cast<std::size_t>(kind)]; }

std::optional<Kind> kind_of(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Kind>(std::distance(names.begin(), found));
}

std::span<const std::string_view> variables_of(Kind kind) {
  switch (kind) {
    case Kind::reset_password:
    case Kind::verify_email:
      return of_name;
    case Kind::change_email:
    case Kind::email_changed:
      return of_new_address;
    case Kind::password_changed:
      return of_change;
    case Kind::new_device:
      return of_device;
    case Kind::password_guessing:
      return of_guessing;
    case Kind::invitation:
      return of_invitation;
  }
  return of_name;
}

std::span<const std::string_view> common_variables() { return common; }

}  // namespace gatehouse::mail
