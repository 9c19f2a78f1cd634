#pragma once

#include <curl/curl.h>

#include "base/shared_library.hpp"

namespace gatehouse::mail {

/// The functions of libcurl that send mails, from the library loaded at run time.
///
/// libcurl pulls in some thirty libraries, which a service without a mail server does not need. So it is loaded when
/// the first mail is sent, and stays loaded.
class Libcurl {
  SharedLibrary library_{"libcurl.so.4",
                         "sending mails needs the library libcurl, version 7.85 or later (Debian's package libcurl4)"};

 public:
  decltype(::curl_global_init)* global_init = library_.find("curl_global_init");
  decltype(::curl_easy_init)* easy_init = library_.find("curl_easy_init");
  decltype(::curl_easy_cleanup)* easy_cleanup = library_.find("curl_easy_cleanup");
  decltype(::curl_easy_perform)* easy_perform = library_.find("curl_easy_perform");
  decltype(::curl_easy_reset)* easy_reset = library_.find("curl_easy_reset");
  decltype(::curl_easy_setopt)* easy_setopt = library_.find("curl_easy_setopt");
  decltype(::curl_easy_strerror)* easy_strerror = library_.find("curl_easy_strerror");
  decltype(::curl_slist_append)* slist_append = library_.find("curl_slist_append");
  decltype(::curl_slist_free_all)* slist_free_all = library_.find("curl_slist_free_all");
};

/// Any thread. Throws std::runtime_error, with what to install, when the library or one of its functions is missing.
[[nodiscard]] const Libcurl& libcurl();

}  // namespace gatehouse::mail
