#pragma once

#include <cstdint>
#include <string>

namespace gatehouse::database {

/// The state of one standby, for people.
struct StandbyFinding {
  std::string name;            ///< `host:port`
  bool does_answer = false;    ///< it could be asked
  std::string trouble = {};    ///< why it may not answer reads; empty if it may
  std::int64_t lag_bytes = 0;  ///< log that it has not replayed, if it has no trouble
};

}  // namespace gatehouse::database
