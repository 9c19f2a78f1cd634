#include "crypto/openssl.hpp"

#include <openssl/err.h>

#include <stdexcept>
#include <string>

namespace gatehouse::crypto {

void require_openssl(int answer, const char* what) {
  if (answer == 1) return;
  ERR_clear_error();
  throw std::runtime_error(std::string{"OpenSSL failed: "} + what);
}

}  // namespace gatehouse::crypto
