#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/method.hpp"
#include "http/request.hpp"

namespace gatehouse::http {

/// At the end of a pattern: matches whatever follows the slash before it, including more slashes or nothing.
inline constexpr std::string_view any_rest = "*";

/// Whether a text is the pattern of a path: `/users/{id}/sessions/{session}`. It begins with a slash, has no upper-case
/// letters, and at most parameters_max parameters, each a whole segment. Its last segment may be any_rest.
[[nodiscard]] constexpr bool is_route_pattern(std::string_view text) {
  if (!text.starts_with('/')) return false;
  if (text.ends_with("/*")) text.remove_suffix(any_rest.size());
  std::size_t parameters = 0;
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::string_view segment = text.substr(0, text.find('/'));
    const bool is_parameter = segment.starts_with('{') && segment.ends_with('}') && segment.size() > 2;
    const std::string_view inner = is_parameter ? segment.substr(1, segment.size() - 2) : segment;
    if (is_parameter && ++parameters > parameters_max) return false;
    for (const char c : inner) {
      if (c == '{' || c == '}' || c == '*' || (c >= 'A' && c <= 'Z')) return false;
    }
    text.remove_prefix(segment.size());
  }
  return true;
}

/// How a path's letters and end are compared.
enum class PathForm : std::uint8_t {
  exact,
  loose,  ///< the case of ASCII letters and one final slash make no difference, as in the Express service
};

/// Finds the route of a request by its method and path. Built at start, then only read.
///
/// A path is compared as written in the request: nothing is decoded, and `//`, `/.` and `/..` are not resolved. So a
/// gateway that compares exactly sees the same resource in it, or none.
class Router {
 public:
  /// The route that a request matched.
  struct Match {
    std::size_t route = no_route;  ///< no_route: no such path, or not with this method
    Parameters parameters;
  };

  /// The right way to write a path.
  struct Spelling {
    std::string path;
    std::string_view pattern;
  };

  explicit Router(PathForm form) : form_(form) {}

  /// Adds a route and returns its number: how many were added before it. `pattern` is static and satisfies
  /// is_route_pattern(). Patterns are tried in the order in which they were first added, so the busiest come first, and
  /// `/users/me` before `/users/{id}`.
  std::size_t add(Methods methods, std::string_view pattern);

  /// HEAD is answered by GET's route.
  [[nodiscard]] Match match(Method method, std::string_view path) const { return match(method, path, form_); }
  /// The route that this path would have in another form.
  [[nodiscard]] Match match(Method method, std::string_view path, PathForm form) const;

  /// The methods of a path, for `Allow`; empty if there is no such path or it takes any method.
  [[nodiscard]] std::string_view allow(std::string_view path) const;

  /// The right spelling of a path that only the loose form has a resource for; its parameters stay as they are.
  [[nodiscard]] std::optional<Spelling> right_spelling(std::string_view path) const;

 private:
  /// A path pattern with all its methods.
  struct Resource {
    std::string_view pattern;
    std::array<std::string_view, parameters_max + 1> literals;  ///< before, between and after the parameters
    std::size_t parameter_count = 0;
    bool has_any_rest = false;
    std::vector<std::pair<Methods, std::size_t>> routes;
    std::string allow;
  };

  static Resource parse(std::string_view pattern);
  static bool ends_with_pattern(const Resource& resource, std::string_view rest, PathForm form);
  static bool matches(const Resource& resource, std::string_view path, PathForm form, Parameters& parameters);
  [[nodiscard]] const Resource* find(std::string_view path, PathForm form, Parameters& parameters) const;

  const PathForm form_;
  std::vector<Resource> resources_;
  std::size_t size_ = 0;
};

}  // namespace gatehouse::http
