#pragma once

#include <cstdint>
#include <expected>
#include <fstream>
#include <span>
#include <string>

#include "flows/user_import/import_batch.hpp"

namespace gatehouse::cli {

/// Appends a refused record as a line of JSON: `{"line":2,"field":"email","code":"invalid_email"}`; field is null if
/// the record as a whole is at fault. No value of the record is in it.
void append_refused(std::string& out, const flows::RefusedRecord& refused);

/// The file next to an imported one that says which of its records were refused, and why. Only its owner may read it.
/// Failures are sentences for the operator.
class RefusedRecords {
 public:
  explicit RefusedRecords(const std::string& imported) : path_(imported + ".refused.jsonl") {}

  /// Keeps the first `lines` lines, which an earlier run has written. Those after them belong to a batch that was not
  /// stored.
  [[nodiscard]] std::expected<void, std::string> keep_first(std::int64_t lines);
  /// When it returns, the records have been passed to the operating system.
  [[nodiscard]] std::expected<void, std::string> append(std::span<const flows::RefusedRecord> refused);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  const std::string path_;
};

}  // namespace gatehouse::cli
