#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/principal.hpp"

namespace gatehouse::sessions {

/// What each session shows of its user's row. Views: their owner says how long they last.
struct Profile {
  std::string_view email;
  std::string_view first_name;
  std::string_view last_name;

  friend bool operator==(const Profile&, const Profile&) = default;
};

/// An active session and its user, as of the moment in which it was verified.
///
/// It owns its texts in one string, which keeps its memory: an object that is used for one session after the other
/// allocates nothing once it has seen the longest. One thread.
class SessionView {
 public:
  SessionView() = default;
  SessionView(const Principal& principal, const Profile& profile) { assign(principal, profile); }

  void assign(const Principal& principal, const Profile& profile) {
    principal_ = principal;
    text_ = profile.email;
    text_ += profile.first_name;
    text_ += profile.last_name;
    email_bytes_ = profile.email.size();
    first_name_bytes_ = profile.first_name.size();
  }

  /// For a session proved by something that expires at another time than the session.
  void expire_at(TimePoint time) noexcept { principal_.expires_at = time; }

  [[nodiscard]] const Principal& principal() const noexcept { return principal_; }
  /// Valid until the next assign().
  [[nodiscard]] Profile profile() const noexcept {
    const std::string_view text = text_;
    return {.email = text.substr(0, email_bytes_),
            .first_name = text.substr(email_bytes_, first_name_bytes_),
            .last_name = text.substr(email_bytes_ + first_name_bytes_)};
  }

  friend bool operator==(const SessionView& a, const SessionView& b) {
    return a.principal_ == b.principal_ && a.profile() == b.profile();
  }

 private:
  Principal principal_{};
  std::string text_;  ///< email, first name, last name, with nothing between
  std::size_t email_bytes_ = 0;
  std::size_t first_name_bytes_ = 0;
};

}  // namespace gatehouse::sessions
