#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/method.hpp"
#include "http/request.hpp"

namespace gatehouse::http {

/// Whether a text is the pattern of a path: `/users/{id}/sessions/{session}`. It begins with a slash, has no upper-case
/// letters, and at most parameters_max parameters, each a whole segment.
[[nodiscard]] constexpr bool is_route_pattern(std::string_view text) {
  if (!text.starts_with('/')) return false;
  std::size_t parameters = 0;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    const bool is_parameter = segment.starts_with('{') && segment.ends_with('}') && segment.size() > 2;
    const std::string_view inner = is_parameter ? segment.substr(1, segment.size() - 2) : segment;
    if (is_parameter && ++parameters > parameters_max) return false;
    for (const char c : inner) {
      if (c == '{' || c == '}' || (c >= 'A' && c <= 'Z')) return false;
    }
    text.remove_prefix(segment.size());
  }
  return true;
}

/// Finds the route of a request by its method and path. Built at start, then only read.
class Router {
 public:
  struct Match {
    std::size_t route = no_route;  ///< no_route: no such path, or not with this method
    Parameters parameters;
  };

  /// The route's number: how many were added before it. `pattern` is a static is_route_pattern(). Paths are compared in
  /// the order of their patterns' first addition, so the busiest come first, and `/users/me` before `/users/{id}`.
  std::size_t add(Method method, std::string_view pattern);

  /// HEAD is answered by GET's route. As in the Express service, the case of a path's ASCII letters and one final slash
  /// make no difference.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

  /// The methods of a path, for `Allow`; empty: no such path.
  [[nodiscard]] std::string_view allow(std::string_view path) const;

 private:
  /// A path pattern with all its methods.
  struct Resource {
    std::string_view pattern;
    std::array<std::string_view, parameters_max + 1> literals;  ///< before, between and behind the parameters
    std::size_t parameter_count = 0;
    std::vector<std::pair<Method, std::size_t>> routes;
    std::string allow;
  };

  static Resource parse(std::string_view pattern);
  static bool matches(const Resource& resource, std::string_view path, Parameters& parameters);
  [[nodiscard]] const Resource* find(std::string_view path, Parameters& parameters) const;

  std::vector<Resource> resources_;
  std::size_t size_ = 0;
};

}  // namespace gatehouse::http
