#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "base/secret_string.hpp"
#include "limits/subject.hpp"

namespace gatehouse::limits {

/// The keys under which replicas count together. They are the same on all replicas, and nobody learns an address or an
/// email from one without SESSION_SECRET (HKDF-SHA256). Immutable; any thread.
class SharedKeys {
 public:
  explicit SharedKeys(const SecretString& secret);
  ~SharedKeys();
  SharedKeys(const SharedKeys&) = delete;
  SharedKeys& operator=(const SharedKeys&) = delete;

  /// `gatehouse:limit:login:` and 32 hexadecimal digits.
  [[nodiscard]] std::string of(const Subject& subject) const;

 private:
  std::array<std::byte, 32> secret_;
};

}  // namespace gatehouse::limits
