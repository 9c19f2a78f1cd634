#pragma once

#include <stdexcept>
#include <string>

namespace gatehouse::database {

/// A constraint refused a write; nothing of the write remains.
///
/// The texts are for the log and for Constraint: they come from the database and hold no parameter.
struct Violation {
  /// What the constraint demands.
  enum class Kind {
    unique,
    foreign_key,  ///< a row that is referenced does not exist, or one that is still referenced was to go
    not_null,
    check,  ///< a CHECK, or a value that its column's type does not take
    other,
  };

  Kind kind = Kind::other;
  std::string constraint =
      {};  ///< its name, or its columns, `users.email_key`: SQLite's unique ones, both's NOT NULL; may be empty
  std::string state = {};      ///< PostgreSQL: the SQLSTATE; SQLite: its extended result code
  std::string message = {};    ///< the database's own words, on one line
  std::string statement = {};  ///< the name of the Statement or Write, or `COMMIT`; a script has none
};

/// The database cannot answer now: connection lost, deadline passed, queue full, disk full, read-only, shutting down.
/// It becomes a 503 with Retry-After. The message is for the log: it holds no SQL parameters and no password.
class Unavailable : public std::runtime_error {
 public:
  /// Why it cannot.
  enum class Reason { connection, deadline, overload, storage, read_only, stopped };

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

/// A text has a character that the database's encoding lacks, so that it can neither be stored nor compared. Whose text
/// it is knows the caller; a client's is a 400.
class Unstorable : public StatementFailed {
 public:
  using StatementFailed::StatementFailed;
};

/// A constraint that nobody expected to be violated was: by a mistake of the service, or by a database that is not as
/// the service left it (a sequence that lags behind, a CHECK of an operator). Never a fact about a user, so it becomes
/// a 500. what() names statement, state and constraint.
class ConstraintViolation : public StatementFailed {
 public:
  explicit ConstraintViolation(Violation violation);
  [[nodiscard]] const Violation& violation() const noexcept { return violation_; }

 private:
  Violation violation_;
};

}  // namespace gatehouse::database
