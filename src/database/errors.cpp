#include "database/errors.hpp"

#include <utility>

namespace gatehouse::database {
namespace {

std::string describe(const Violation& violation) {
  std::string text = violation.statement.empty() ? "" : violation.statement + ": ";
  text += violation.state;
  if (!violation.constraint.empty()) text += ", constraint " + violation.constraint;
  return text + ": " + violation.message;
}

}  // namespace

ConstraintViolation::ConstraintViolation(Violation violation)
    : StatementFailed(describe(violation)), violation_(std::move(violation)) {}

}  // namespace gatehouse::database
