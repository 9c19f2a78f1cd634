#pragma once

#include "http/request.hpp"

namespace gatehouse::api {

/// Lets a caller whom its key allows it say for which client it asks: `X-Client-Address`, an address as
/// `X-Forwarded-For` has it, and `X-Client-User-Agent`. Without the first, the second is ignored, and so are both from
/// any other caller. False where the address cannot be read; the client is unchanged then.
[[nodiscard]] bool read_told_client(http::Request& request);

}  // namespace gatehouse::api
