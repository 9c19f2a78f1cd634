#pragma once

namespace gatehouse::flows {

/// A one-time token is not good: unknown, for something else, used already, or its time is over. Nobody learns which.
struct TokenRefusal {};

}  // namespace gatehouse::flows
