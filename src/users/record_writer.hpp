#pragma once

#include <string>

#include "users/user_record.hpp"

namespace gatehouse::users {

/// What an export holds of each user.
struct ExportTerms {
  RecordFormat format = RecordFormat::jsonl;
  bool has_hashes = false;  ///< password_hash, salt and hash_format
};

/// Appends the header line of the file, if the format has one.
void append_record_header(std::string& out, const ExportTerms& terms);
/// Appends a record with its line end; RecordReader reads the same record from it. Never writes the password.
void append_record(std::string& out, const UserRecord& record, const ExportTerms& terms);

}  // namespace gatehouse::users
