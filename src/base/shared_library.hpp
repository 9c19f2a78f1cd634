#pragma once

#include <string>

namespace gatehouse {

/// A library that is loaded when it is needed and then stays loaded. For libraries with many dependencies of their own,
/// which most processes do without. Any thread.
class SharedLibrary {
 public:
  /// An address that takes the type of the member it is stored in.
  struct Symbol {
    void* address;
    template <class Function>
    operator Function*() const noexcept {  // NOLINT(google-explicit-constructor): that is its whole purpose
      return reinterpret_cast<Function*>(address);
    }
  };

  /// `need` says what the library is for and what to install: `sending mails needs the library libcurl`. Throws
  /// std::runtime_error with a message that begins with it if there is no such library.
  SharedLibrary(const char* file, std::string need);

  /// Throws likewise.
  [[nodiscard]] Symbol find(const char* name) const;

 private:
  [[noreturn]] void throw_missing() const;

  const std::string need_;
  void* const library_;
};

}  // namespace gatehouse
