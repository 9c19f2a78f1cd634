#pragma once

#include <string_view>

#include "database/statement.hpp"

namespace gatehouse::database::postgres {

// The notification channel that every process on one database shares, so every version must use the same.
inline constexpr std::string_view announcement_channel = "gatehouse";

/// Sends $1 and the server's time to the channel when the transaction that contains it is committed (NOTIFY, at most
/// 7999 bytes).
inline constexpr Statement announce{
    "gatehouse_announce",
    "SELECT pg_notify('gatehouse', $1 || '@' || (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)"};

}  // namespace gatehouse::database::postgres
