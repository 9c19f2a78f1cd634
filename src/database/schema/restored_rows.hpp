#pragma once

#include <span>
#include <string>

namespace gatehouse::database::schema {

/// The SQL that ends, in a backup that was just restored, what may have been ended or used up since: sessions, and the
/// tokens of mailed links. `migrations` are those that the backup has.
[[nodiscard]] std::string ending_script(std::span<const std::string> migrations);

}  // namespace gatehouse::database::schema
