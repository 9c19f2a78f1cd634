#include "passwords/libcrypt.hpp"

#include <memory>
#include <stdexcept>

#include "base/secret_string.hpp"

namespace gatehouse::passwords {
namespace {

/// The working memory of crypt(3), which is left with parts of the password in it.
struct CryptWork {
  CryptWork() = default;
  CryptWork(const CryptWork&) = delete;
  CryptWork& operator=(const CryptWork&) = delete;
  ~CryptWork() { wipe_memory(&data, sizeof data); }

  crypt_data data{};
};

}  // namespace

const Libcrypt& libcrypt() {
  static const Libcrypt functions;
  return functions;
}

std::string crypt(std::string_view password, const std::string& setting) {
  const auto work = std::make_unique<CryptWork>();
  const Libcrypt& library = libcrypt();  // which may throw
  std::string counted{password.substr(0, crypt_password_bytes_max)};
  const char* made =
      library.crypt_rn(counted.c_str(), setting.c_str(), &work->data, static_cast<int>(sizeof work->data));
  wipe_memory(counted.data(), counted.size());
  if (made == nullptr) throw std::runtime_error("libcrypt could not hash");
  return made;
}

bool is_crypt_password(std::string_view password) {
  return password.size() <= crypt_password_bytes_max && !password.contains('\0');
}

}  // namespace gatehouse::passwords
