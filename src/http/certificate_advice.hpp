#pragma once

#include <chrono>

#include "base/time.hpp"
#include "config/mistake.hpp"
#include "http/server_settings.hpp"

namespace gatehouse::http {

/// A certificate that ends within this time should have been replaced.
inline constexpr std::chrono::days certificate_notice{30};

/// What an operator should know of the certificate in TLS_CERT at this time: that it has expired or soon will, or that
/// clients will not find the way from it to an authority. Nothing where there is no TLS. Blocks.
[[nodiscard]] config::Mistakes certificate_advice(const ServerSettings& settings, TimePoint now);

}  // namespace gatehouse::http
