#include "api/forward_auth/return_address.hpp"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <charconv>

#include "base/text.hpp"

namespace gatehouse::api {
namespace {

using boost::beast::iequals;
using http::Field;
using http::Headers;

/// The parts of an address as a request has them, unchecked.
struct Wanted {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;  ///< may include the query
  std::string_view query = {};
};

/// "" if the field occurs more than once.
std::string_view only(const Headers& headers, Field field) {
  return headers.count(field) == 1 ? headers[field] : std::string_view{};
}

Wanted take_apart(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\\"));
  return {.scheme = url.substr(0, scheme_end), .authority = authority, .path = rest.substr(authority.size())};
}

Wanted wanted_by(const http::Request& request, std::string_view path) {
  const Headers& headers = request.headers;
  if (headers.has(Field::forwarded_host)) {
    return {.scheme = only(headers, Field::forwarded_proto),
            .authority = only(headers, Field::forwarded_host),
            .path = only(headers, Field::forwarded_uri)};
  }
  if (headers.has(Field::original_url)) return take_apart(only(headers, Field::original_url));
  if (path.empty()) return {};
  return {.scheme = only(headers, Field::forwarded_proto),
          .authority = only(headers, Field::host),
          .path = path,
          .query = request.query};
}

/// Visible ASCII, with exceptions: some take a backslash for a slash, a number sign ends the part that a server gets,
/// and the others end a URL in HTML.
bool is_url_character(char c) { return c > ' ' && c < 0x7f && !std::string_view{"\\#\"<>"}.contains(c); }

/// With two slashes at the front, it would name a host to anybody who takes it for a relative reference.
bool is_path(std::string_view path) {
  return path.starts_with('/') && !path.starts_with("//") && std::ranges::all_of(path, is_url_character);
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return port;
}

/// Finds the host that an authority names; a missing port means the scheme's default.
class HostSearch {
 public:
  explicit HostSearch(bool is_https) : own_port_(is_https ? 443 : 80) {}

  [[nodiscard]] const ReturnHost* find(std::string_view authority, const std::vector<ReturnHost>& hosts) const {
    const std::size_t colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && !authority.ends_with(']');
    const auto port = has_port ? port_of(authority.substr(colon + 1)) : std::optional{own_port_};
    const std::string_view name = has_port ? authority.substr(0, colon) : authority;
    for (const ReturnHost& host : hosts) {
      if (port == host.port.value_or(own_port_) && iequals(name, host.name)) return &host;
    }
    return nullptr;
  }

 private:
  std::uint16_t own_port_;
};

}  // namespace

std::optional<std::string> return_address(const http::Request& request, std::string_view path,
                                          const std::vector<ReturnHost>& hosts) {
  const Wanted wanted = wanted_by(request, path);
  const bool is_https = iequals(wanted.scheme, "https");
  if (!is_https && !iequals(wanted.scheme, "http")) return std::nullopt;
  const ReturnHost* const host = HostSearch{is_https}.find(wanted.authority, hosts);
  if (host == nullptr || !is_path(wanted.path) || !std::ranges::all_of(wanted.query, is_url_character)) {
    return std::nullopt;
  }
  std::string address{is_https ? "https://" : "http://"};
  address += host->name;
  if (host->port) address.append(":").append(std::to_string(*host->port));
  address += wanted.path;
  if (!wanted.query.empty()) address.append("?").append(wanted.query);
  std::string encoded;
  append_percent_encoded(encoded, address);
  if (encoded.size() > return_bytes_max) return std::nullopt;
  return encoded;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    const char lower = to_lower(c);
    const bool is_plain =
        (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || std::string_view{"-._~"}.contains(c);
    if (is_plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out.append({'%', digits[byte >> 4U], digits[byte & 15U]});
    }
  }
}

}  // namespace gatehouse::api
