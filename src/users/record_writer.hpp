#pragma once

#include <string>

#include "users/user_record.hpp"

namespace gatehouse::users {

/// What an export holds of each user.
struct ExportTerms {
  RecordFormat format = RecordFormat::jsonl;
  bool has_hashes = false;  ///< password_hash, salt and hash_format
};

/// Appends what stands at the top of the file, if anything does.
void append_record_header(std::string& out, const ExportTerms& terms);
/// Appends a record with the end of its line; RecordReader reads the same from it. Never the password.
void append_record(std::string& out, const UserRecord& record, const ExportTerms& terms);

}  // namespace gatehouse::users
