#pragma once

#include <chrono>

#include "base/time.hpp"
#include "config/mistake.hpp"
#include "http/server_settings.hpp"

namespace gatehouse::http {

/// A certificate that expires within this time should already have been replaced.
inline constexpr std::chrono::days certificate_notice{30};

/// What an operator should know about the certificate in TLS_CERT at this time: that it has expired or soon will, or
/// that clients cannot build a chain from it to a certificate authority. Empty without TLS. Blocks.
[[nodiscard]] config::Mistakes certificate_advice(const ServerSettings& settings, TimePoint now);

}  // namespace gatehouse::http
