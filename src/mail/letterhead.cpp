#include "mail/letterhead.hpp"

#include <optional>

#include "base/time.hpp"

namespace gatehouse::mail {
namespace {

constexpr std::string_view development_frontend = "http://localhost:3000";

/// `2026-11-27 05:09 UTC`.
std::string minute_of(TimePoint time) {
  constexpr std::size_t date_length = 10;
  constexpr std::size_t minute_length = 16;
  std::string text = to_iso8601(time).substr(0, minute_length);
  text[date_length] = ' ';
  return text + " UTC";
}

}  // namespace

Mailbox Letterhead::from() const {
  if (!settings_.from.address.empty()) return settings_.from;
  return {.name = "Gatehouse", .address = "gatehouse@localhost"};
}

std::string Letterhead::frontend() const {
  return settings_.frontend_url.empty() ? std::string{development_frontend} : settings_.frontend_url;
}

std::string Letterhead::link(Kind kind, std::string_view token) const {
  const std::string* path = nullptr;
  if (kind == Kind::reset_password || kind == Kind::invitation) path = &settings_.reset_path;
  if (kind == Kind::verify_email) path = &settings_.verify_path;
  if (kind == Kind::change_email) path = &settings_.email_path;
  if (path == nullptr || token.empty()) return {};
  return frontend() + *path + "?token=" + std::string{token};
}

Variables Letterhead::variables(const ClaimedMail& mail, Kind kind, const Contents& contents) const {
  Variables all = contents.variables;
  const Mailbox sender = from();
  all["app"] = sender.name.empty() ? std::string{sender.domain()} : sender.name;
  all["expires"] = mail.expires_at ? minute_of(*mail.expires_at) : "";
  all["frontend_url"] = frontend();
  all["link"] = link(kind, contents.token.reveal());
  all["recipient"] = mail.recipient;
  all["time"] = minute_of(mail.created_at);
  return all;
}

}  // namespace gatehouse::mail
