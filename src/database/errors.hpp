#pragma once

#include <stdexcept>
#include <string>

namespace gatehouse::database {

/// A constraint refused a write. Expected, so a value and never an exception; nothing of the write or batch remains.
enum class Violation { unique, foreign_key, not_null_or_check };

/// The database cannot answer now: connection lost, deadline passed, queue full, disk full, shutting down.
/// It becomes a 503 with Retry-After. The message is for the log: it holds no SQL parameters and no password.
class Unavailable : public std::runtime_error {
 public:
  enum class Reason { connection, deadline, overload, storage, stopped };

  Unavailable(Reason reason, const std::string& message) : std::runtime_error(message), reason_(reason) {}
  [[nodiscard]] Reason reason() const noexcept { return reason_; }

 private:
  Reason reason_;
};

/// The statement itself is wrong for this database: missing table, bad SQL, wrong type. It becomes a 500.
class StatementFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace gatehouse::database
