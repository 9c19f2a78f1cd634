#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "database/postgres/binary_format.hpp"
#include "database/statement.hpp"

namespace gatehouse::database::postgres {

/// Which statements one connection's server session knows, and for which parameter types.
///
/// A type is fixed when a statement is prepared, and a NULL has none; so a statement first used with NULL may have to
/// be prepared again when a value of a definite type comes. Each preparation has its own name, because the old one may
/// still be needed by commands on their way. A superseded one stays on the server until the connection ends; there are
/// few, because only NULLs and schema changes cause them.
class PreparedStatements {
 public:
  /// A statement as it was prepared for parameters of these types.
  struct Entry {
    std::string name;
    std::vector<std::uint32_t> types;
    std::uint32_t generation = 0;
    bool prepared = false;
  };

  /// The entry to use with these parameters. If it is not `prepared`, the caller prepares it under its name first, with
  /// its types, and sets `prepared`.
  [[nodiscard]] Entry& find(const Statement& statement, const EncodedParameters& parameters);

  /// The preparation of that generation failed or is outdated; the next find() asks for another one.
  void forget(const Statement& statement, std::uint32_t generation);
  void forget(const Statement& statement);

 private:
  std::unordered_map<const Statement*, Entry> entries_;
};

}  // namespace gatehouse::database::postgres
