#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/scopes.hpp"

namespace gatehouse {

/// Who sent a request: the holder of an API key, a trusted proxy, or anybody where a route is open. Not the user it is
/// about.
struct Caller {
  /// How the service knows it.
  enum class Kind : std::uint8_t {
    unknown,  ///< nobody has asked yet
    open,     ///< anybody, on an open route
    env,      ///< a key of API_KEY
    db,       ///< a key of the table of API keys
    proxy,    ///< one of TRUSTED_PROXIES, without a key
  };

  Kind kind = Kind::unknown;
  bool tells_client = false;  ///< trusted to say which client it asks for
  Scopes scopes;
  std::string_view name;         ///< of the key or the proxies, for logs; outlives the request
  std::string_view key_id = {};  ///< of a key of the table, whose name others may have: its public id; likewise
  std::shared_ptr<const void> holder =
      {};  ///< what the texts belong to, where that may go while the request is answered

  /// By what one caller is told from another.
  [[nodiscard]] std::string_view identity() const { return key_id.empty() ? name : key_id; }
};

}  // namespace gatehouse
