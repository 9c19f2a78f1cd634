#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/secret_string.hpp"
#include "base/time.hpp"

namespace gatehouse::idempotency {

/// A request that its client may repeat: whose it is, the client's own name for it, and what it asks for.
struct KeyedRequest {
  std::string principal;    ///< who calls
  std::string key;          ///< read_request_key()
  std::string fingerprint;  ///< SHA-256 of method, path and body: fingerprint_of()
  std::int64_t status = 0;  ///< of the answer once it is done
};

/// The one among equal requests that does the work.
struct Attempt {
  KeyedRequest request;
  std::string holder;  ///< random; distinguishes it from another attempt that took its place
};

/// The outcome of the work, for a request that asks for it again.
struct Earlier {
  std::int64_t status = 0;                       ///< of the answer
  std::optional<std::int64_t> resource_id = {};  ///< of what was made, if the answer is built from it
  TimePoint done_at;
  std::optional<SecretString> answer = {};  ///< the answer's body, if it had to be kept
};

/// Why a request with a key is not carried out.
enum class Refusal : std::uint8_t {
  in_progress,  ///< another request is doing the work right now
  key_reused,   ///< the key belongs to a request with another method, path or body
};

}  // namespace gatehouse::idempotency
