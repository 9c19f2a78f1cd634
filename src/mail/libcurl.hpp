#pragma once

#include <curl/curl.h>

namespace gatehouse::mail {

/// The functions of libcurl that send mails, from the library loaded at run time.
///
/// libcurl brings some thirty libraries, which a service without a mail server does not need. So it is loaded when the
/// first mail is sent, and stays loaded.
class Libcurl {
  /// An address that takes the type of the member it is stored in.
  struct Symbol {
    void* address;
    template <class Function>
    operator Function*() const noexcept {  // NOLINT(google-explicit-constructor): that is its whole purpose
      return reinterpret_cast<Function*>(address);
    }
  };

  [[nodiscard]] static void* load();
  [[nodiscard]] Symbol find(const char* name) const;

  void* library_ = load();

 public:
  decltype(::curl_global_init)* global_init = find("curl_global_init");
  decltype(::curl_easy_init)* easy_init = find("curl_easy_init");
  decltype(::curl_easy_cleanup)* easy_cleanup = find("curl_easy_cleanup");
  decltype(::curl_easy_perform)* easy_perform = find("curl_easy_perform");
  decltype(::curl_easy_reset)* easy_reset = find("curl_easy_reset");
  decltype(::curl_easy_setopt)* easy_setopt = find("curl_easy_setopt");
  decltype(::curl_easy_strerror)* easy_strerror = find("curl_easy_strerror");
  decltype(::curl_slist_append)* slist_append = find("curl_slist_append");
  decltype(::curl_slist_free_all)* slist_free_all = find("curl_slist_free_all");
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or one of its functions is missing.
[[nodiscard]] const Libcurl& libcurl();

}  // namespace gatehouse::mail
