#pragma once

#include "http/request.hpp"

namespace gatehouse::api {

/// Lets a caller say for which client it asks, if its key allows that: in `X-Client-Address`, an address as in
/// `X-Forwarded-For`, and `X-Client-User-Agent`. Without the first, the second is ignored; from any other caller, both
/// are. False if the address cannot be read; the client is then unchanged.
[[nodiscard]] bool read_told_client(http::Request& request);

}  // namespace gatehouse::api
