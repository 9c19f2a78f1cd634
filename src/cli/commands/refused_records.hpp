#pragma once

#include <cstdint>
#include <expected>
#include <fstream>
#include <span>
#include <string>

#include "flows/user_import/import_batch.hpp"

namespace gatehouse::cli {

/// Appends a refused record as a line of JSON: `{"line":2,"field":"email","code":"invalid_email"}`; field is null where
/// the record as a whole is at fault. No value of the record is in it.
void append_refused(std::string& out, const flows::RefusedRecord& refused);

/// The file beside an imported one that says which of its records were refused, and why. Its owner alone may read it.
/// Failures are sentences for the operator.
class RefusedRecords {
 public:
  explicit RefusedRecords(const std::string& imported) : path_(imported + ".refused.jsonl") {}

  /// Keeps the first lines, which an earlier run has written; those behind them are of a batch that was not stored.
  [[nodiscard]] std::expected<void, std::string> keep_first(std::int64_t lines);
  /// The system has them when it returns.
  [[nodiscard]] std::expected<void, std::string> append(std::span<const flows::RefusedRecord> refused);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  const std::string path_;
};

}  // namespace gatehouse::cli
