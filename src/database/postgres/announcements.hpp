#pragma once

#include <cstddef>
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

/// The same as a row: topic and id of what changed, the id NULL if nobody can name it.
inline constexpr Statement announce_by_row{"gatehouse_announce_by_row",
                                           "INSERT INTO announcements (topic, id) VALUES ($1, $2)"};

/// If a transaction has more announcements, they become one row, which says that everything may have changed. The
/// triggers of the schema use the same number.
inline constexpr std::size_t announced_rows_max = 64;
/// That row's topic, which has no id.
inline constexpr std::string_view everything = "all";

}  // namespace gatehouse::database::postgres
