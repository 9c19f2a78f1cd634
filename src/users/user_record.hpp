#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret_string.hpp"
#include "base/time.hpp"

/// Users as files hold them, one per record: imports read them, exports write them.
namespace gatehouse::users {

/// The format of a file: JSON Lines, an object in each line; or CSV (RFC 4180) with a header line.
enum class RecordFormat : std::uint8_t { jsonl, csv };

/// What a record says about a user; a member is empty if the record says nothing about it. Unchecked, but UTF-8 without
/// U+0000.
struct UserRecord {
  std::optional<std::string> email;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> password_hash;
  std::optional<std::string> salt;
  std::optional<std::string> hash_format;
  std::optional<SecretString> password;  ///< in plain text; no export has it
  std::optional<bool> email_verified;
  std::optional<TimePoint> created_at;
  std::optional<bool> disabled;
  std::optional<std::string> locale;
};

/// Why a record cannot be accepted. It holds no part of a value.
struct RecordFault {
  std::string field;      ///< empty: the record as a whole
  std::string_view code;  ///< static: one of FieldCode in api/openapi.yaml, or of those in docs/import-export.md

  friend bool operator==(const RecordFault&, const RecordFault&) = default;
};

/// A field of a record: its name in files and the member that holds it.
struct RecordField {
  using Member = std::variant<std::optional<std::string> UserRecord::*, std::optional<SecretString> UserRecord::*,
                              std::optional<bool> UserRecord::*, std::optional<TimePoint> UserRecord::*>;

  std::string_view name;
  Member member;
};

/// All fields, in the order in which they are written.
inline constexpr std::array<RecordField, 11> record_fields{{
    {"email", &UserRecord::email},
    {"first_name", &UserRecord::first_name},
    {"last_name", &UserRecord::last_name},
    {"password_hash", &UserRecord::password_hash},
    {"salt", &UserRecord::salt},
    {"hash_format", &UserRecord::hash_format},
    {"password", &UserRecord::password},
    {"email_verified", &UserRecord::email_verified},
    {"created_at", &UserRecord::created_at},
    {"disabled", &UserRecord::disabled},
    {"locale", &UserRecord::locale},
}};

/// The field of that name; null if there is none.
[[nodiscard]] const RecordField* find_record_field(std::string_view name);

/// Stores the text of a field, such as a CSV cell: times as parse_iso8601() reads them, booleans as `true`, `false`,
/// `1` or `0`. Empty on success, otherwise a code of RecordFault.
[[nodiscard]] std::string_view store_text(UserRecord& record, const RecordField& field, std::string_view text);

/// The record that a line of JSON Lines holds. A member that is null says nothing.
[[nodiscard]] std::expected<UserRecord, RecordFault> read_json_record(std::string_view line);

/// The cells of a CSV record (RFC 4180) without its line end; nothing if a quotation mark is in the wrong place.
using CsvCells = std::vector<std::string>;
[[nodiscard]] std::optional<CsvCells> split_csv(std::string_view record);

}  // namespace gatehouse::users
