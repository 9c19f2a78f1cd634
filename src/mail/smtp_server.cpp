#include "mail/smtp_server.hpp"

#include <boost/url/pct_string_view.hpp>
#include <optional>

#include "base/text.hpp"

namespace gatehouse::mail {
namespace {

using config::Parsed;
using config::Unreadable;

constexpr std::uint16_t submission_port = 587;   // RFC 6409
constexpr std::uint16_t submissions_port = 465;  // RFC 8314 section 3.3

std::unexpected<Unreadable> refusal(std::string_view expectation) {
  return std::unexpected(Unreadable{std::string{expectation}});
}

/// Nothing if a % is not followed by two hex digits, or if the decoded text contains a control character.
std::optional<std::string> percent_decoded(std::string_view text) {
  const auto encoded = boost::urls::make_pct_string_view(text);
  if (!encoded) return std::nullopt;
  std::string decoded = encoded->decode();
  for (const char c : decoded) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
  }
  return decoded;
}

Parsed<void> read_user(SmtpServer& server, std::string_view text) {
  const std::size_t colon = text.find(':');
  auto user = percent_decoded(text.substr(0, colon));
  auto password = percent_decoded(colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1));
  if (!user || !password) return refusal("correctly percent-encoded in its user or password");
  server.user = std::move(*user);
  server.password = SecretString{*password};
  wipe_memory(password->data(), password->size());
  return {};
}

Parsed<void> read_place(SmtpServer& server, std::string_view text) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  server.host = to_lower(text.substr(0, colon));
  if (!config::is_host(server.host)) return refusal("the URL of a mail server, with the name of its host");
  if (colon == std::string_view::npos) return {};
  const auto port = config::parse_number(text.substr(colon + 1), {1, 65535});
  if (!port) return refusal("a URL whose port is a number from 1 to 65535");
  server.port = static_cast<std::uint16_t>(*port);
  return {};
}

}  // namespace

bool SmtpServer::is_on_this_machine() const {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

std::string SmtpServer::name() const { return host + ":" + std::to_string(port); }

Parsed<SmtpServer> read_smtp_url(std::string_view url) {
  SmtpServer server;
  const std::size_t scheme_end = url.find("://");
  const std::string scheme = to_lower(url.substr(0, scheme_end));
  if (scheme_end == std::string_view::npos || (scheme != "smtp" && scheme != "smtps")) {
    return refusal("a URL that begins with smtp:// or smtps://");
  }
  server.uses_tls_at_once = scheme == "smtps";
  server.port = server.uses_tls_at_once ? submissions_port : submission_port;
  std::string_view rest = url.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const std::size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    if (const auto read = read_user(server, rest.substr(0, at)); !read) return std::unexpected(read.error());
    rest.remove_prefix(at + 1);
  }
  if (rest.find_first_of("/?#") != std::string_view::npos) return refusal("a URL without path and query");
  if (const auto read = read_place(server, rest); !read) return std::unexpected(read.error());
  return server;
}

}  // namespace gatehouse::mail
