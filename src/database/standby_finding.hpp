#pragma once

#include <cstdint>
#include <string>

namespace gatehouse::database {

/// How one standby is, for people.
struct StandbyFinding {
  std::string name;            ///< `host:port`
  bool does_answer = false;    ///< it could be asked
  std::string trouble = {};    ///< why it may answer no reads; empty where it may
  std::int64_t lag_bytes = 0;  ///< log that it has not replayed, where it has no trouble
};

}  // namespace gatehouse::database
