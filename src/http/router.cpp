#include "http/router.hpp"

#include <algorithm>

namespace gatehouse::http {

void Router::add(Route route) {
  auto resource = std::ranges::find(resources_, route.pattern, &Resource::pattern);
  if (resource == resources_.end()) {
    const std::size_t open = route.pattern.find('{');
    const std::size_t close = route.pattern.find('}');
    const bool has_parameter = open != std::string_view::npos;
    resources_.push_back({route.pattern,
                          route.pattern.substr(0, open),
                          has_parameter ? route.pattern.substr(close + 1) : std::string_view{},
                          has_parameter,
                          {},
                          {}});
    resource = resources_.end() - 1;
  }
  if (!resource->allow.empty()) resource->allow += ", ";
  resource->allow += to_text(route.method);
  if (route.method == Method::get) resource->allow += ", HEAD";
  resource->routes.push_back(std::move(route));
}

namespace {

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// `pattern` is in lower case.
bool equals_ignoring_case(std::string_view path, std::string_view pattern) {
  return std::ranges::equal(path, pattern, {}, to_lower);
}

}  // namespace

bool Router::matches(const Resource& resource, std::string_view path, std::string_view& parameter) {
  const std::string_view prefix = resource.prefix;
  const std::string_view suffix = resource.suffix;
  if (!resource.has_parameter) return equals_ignoring_case(path, prefix);
  if (path.size() <= prefix.size() + suffix.size() || !equals_ignoring_case(path.substr(0, prefix.size()), prefix) ||
      !equals_ignoring_case(path.substr(path.size() - suffix.size()), suffix))
    return false;
  parameter = path.substr(prefix.size(), path.size() - prefix.size() - suffix.size());
  return parameter.find('/') == std::string_view::npos;
}

Router::Match Router::match(Method method, std::string_view path) const {
  if (path.size() > 1 && path.ends_with('/') && !path.ends_with("//")) path.remove_suffix(1);
  const Method wanted = method == Method::head ? Method::get : method;
  for (const Resource& resource : resources_) {
    Match match;
    if (!matches(resource, path, match.parameter)) continue;
    match.allow = resource.allow;
    const auto route = std::ranges::find(resource.routes, wanted, &Route::method);
    if (route != resource.routes.end()) match.route = &*route;
    return match;
  }
  return {};
}

std::vector<const Route*> Router::routes() const {
  std::vector<const Route*> all;
  for (const Resource& resource : resources_)
    for (const Route& route : resource.routes) all.push_back(&route);
  return all;
}

}  // namespace gatehouse::http
