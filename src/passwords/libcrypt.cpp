#include "passwords/libcrypt.hpp"

namespace gatehouse::passwords {

const Libcrypt& libcrypt() {
  static const Libcrypt functions;
  return functions;
}

}  // namespace gatehouse::passwords
