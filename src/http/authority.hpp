#pragma once

#include <string_view>

namespace gatehouse::http {

/// Whether a text is a host with an optional port, as `Host` and a target in absolute form name it (RFC 9112 section
/// 3.2): a name, an IPv4 address or an IPv6 address in brackets. An http URI has no empty host and should have no
/// userinfo (RFC 9110 sections 4.2.1 and 4.2.4), so both are refused. Allocates nothing.
[[nodiscard]] bool is_authority(std::string_view text);

}  // namespace gatehouse::http
