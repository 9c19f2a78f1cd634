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
    foreign_key,  ///< a referenced row does not exist, or a row still referenced was to be deleted
    not_null,
    check,  ///< a CHECK, or a value that its column's type does not accept
    other,
  };

  Kind kind = Kind::other;
  std::string constraint =
      {};  ///< its name, or its columns (`users.email_key`) for NOT NULL and for SQLite's unique ones; may be empty
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

/// A text has a character that the database's encoding lacks, so that it can neither be stored nor compared. The caller
/// knows whose text it is; a client's is a 400.
class Unstorable : public StatementFailed {
 public:
  using StatementFailed::StatementFailed;
};

/// A constraint was violated although nobody expected it: because of a mistake in the service, or because the database
/// is not as the service left it (a sequence that lags behind, a CHECK added by an operator). It never says anything
/// about a user, so it becomes a 500. what() names statement, state and constraint.
class ConstraintViolation : public StatementFailed {
 public:
  explicit ConstraintViolation(Violation violation);
  [[nodiscard]] const Violation& violation() const noexcept { return violation_; }

 private:
  Violation violation_;
};

}  // namespace gatehouse::database
