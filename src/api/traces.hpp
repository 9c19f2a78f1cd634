#pragma once

#include "flows/password_check/traces.hpp"
#include "http/request.hpp"

namespace gatehouse::api {

/// Where a request that brings a password comes from: its client's address, unless it is only a back end's, and the
/// device token in `X-Device-Token`. `v6_prefix`: how many bits of an IPv6 address identify a customer.
[[nodiscard]] flows::Traces traces_of(const http::Request& request, unsigned v6_prefix);

}  // namespace gatehouse::api
