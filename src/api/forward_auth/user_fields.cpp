#include "api/forward_auth/user_fields.hpp"

#include <array>
#include <charconv>
#include <string_view>

#include "api/forward_auth/return_address.hpp"

namespace gatehouse::api {
namespace {

/// The characters that most addresses consist of stay as they are; a percent sign is encoded, so that decoding is
/// unambiguous.
void append_encoded_email(std::string& out, std::string_view email) {
  constexpr std::string_view kept = "@+!#$&'*/=?^`{|}";
  while (!email.empty()) {
    const std::string_view other = email.substr(0, email.find_first_of(kept));
    append_percent_encoded(out, other);
    email.remove_prefix(other.size());
    const std::string_view plain = email.substr(0, email.find_first_not_of(kept));
    out += plain;
    email.remove_prefix(plain.size());
  }
}

}  // namespace

void UserFields::add(const sessions::SessionView& session, http::Answer& answer) {
  const sessions::Profile profile = session.profile();
  email_.clear();
  append_encoded_email(email_, profile.email);
  name_.clear();
  append_percent_encoded(name_, profile.first_name);
  if (!profile.first_name.empty() && !profile.last_name.empty()) name_ += "%20";
  append_percent_encoded(name_, profile.last_name);
  if (headers_ != UserHeaders::remote) {
    std::array<char, 20> digits{};
    const char* const end = std::to_chars(digits.begin(), digits.end(), session.principal().user.value).ptr;
    expires_.clear();
    append_iso8601(expires_, session.principal().expires_at);
    answer.add_header("X-User-Id", {digits.begin(), end});
    answer.add_header("X-User-Email", email_);
    answer.add_header("X-User-Name", name_);
    answer.add_header("X-User-Roles", "");
    answer.add_header("X-Session-Expires", expires_);
  }
  if (headers_ != UserHeaders::x_user) {
    answer.add_header("Remote-User", email_);
    answer.add_header("Remote-Email", email_);
    answer.add_header("Remote-Name", name_);
    answer.add_header("Remote-Groups", "");
  }
}

}  // namespace gatehouse::api
