#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/answer.hpp"
#include "http/request.hpp"

namespace gatehouse::api {

/// Cross-origin resource sharing (the Fetch standard): which frontends' pages may call from a browser.
/// Origins are compared exactly; credentials are allowed, so `*` is never sent.
class Cors {
 public:
  explicit Cors(const std::vector<std::string>& allowed_origins);

  /// Adds the headers an answer to this request needs.
  void add_headers(const http::Request& request, http::Answer& answer) const;

  /// Answers a preflight request and returns true. Returns false for any other request.
  [[nodiscard]] bool answer_preflight(const http::Request& request, http::Answer& answer) const;

 private:
  struct Origin {
    std::string name;
    std::string header_lines;
  };

  [[nodiscard]] const Origin* find(std::string_view origin) const;

  std::vector<Origin> origins_;
};

}  // namespace gatehouse::api
