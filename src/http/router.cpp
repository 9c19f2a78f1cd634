#include "http/router.hpp"

#include <algorithm>
#include <cassert>

#include "base/text.hpp"

namespace gatehouse::http {
namespace {

/// `literal` is in lower case.
bool equals(std::string_view path, std::string_view literal, PathForm form) {
  if (form == PathForm::exact) return path == literal;
  return std::ranges::equal(path, literal, {}, [](char c) { return to_lower(c); });
}

bool begins_with(std::string_view path, std::string_view literal, PathForm form) {
  return path.size() >= literal.size() && equals(path.substr(0, literal.size()), literal, form);
}

}  // namespace

std::size_t Router::add(Methods methods, std::string_view pattern) {
  assert(is_route_pattern(pattern));
  auto resource = std::ranges::find(resources_, pattern, &Resource::pattern);
  if (resource == resources_.end()) resource = resources_.insert(resources_.end(), parse(pattern));
  if (const auto method = methods.one()) {
    if (!resource->allow.empty()) resource->allow += ", ";
    resource->allow += to_text(*method);
    if (*method == Method::get) resource->allow += ", HEAD";
  }
  resource->routes.emplace_back(methods, size_);
  return size_++;
}

Router::Resource Router::parse(std::string_view pattern) {
  Resource resource{.pattern = pattern, .literals = {}, .routes = {}, .allow = {}};
  resource.has_any_rest = pattern.ends_with(any_rest);
  std::string_view rest = pattern.substr(0, pattern.size() - (resource.has_any_rest ? any_rest.size() : 0));
  for (std::size_t open = rest.find('{'); open != std::string_view::npos; open = rest.find('{')) {
    resource.literals[resource.parameter_count++] = rest.substr(0, open);
    rest.remove_prefix(rest.find('}') + 1);
  }
  resource.literals[resource.parameter_count] = rest;
  return resource;
}

bool Router::ends_with_pattern(const Resource& resource, std::string_view rest, PathForm form) {
  const std::string_view literal = resource.literals[resource.parameter_count];
  return resource.has_any_rest ? begins_with(rest, literal, form) : equals(rest, literal, form);
}

bool Router::matches(const Resource& resource, std::string_view path, PathForm form, Parameters& parameters) {
  for (std::size_t i = 0; i < resource.parameter_count; ++i) {
    if (!begins_with(path, resource.literals[i], form)) return false;
    path.remove_prefix(resource.literals[i].size());
    parameters[i] = path.substr(0, path.find('/'));
    if (parameters[i].empty()) return false;
    path.remove_prefix(parameters[i].size());
  }
  return ends_with_pattern(resource, path, form);
}

const Router::Resource* Router::find(std::string_view path, PathForm form, Parameters& parameters) const {
  const bool has_final_slash = path.size() > 1 && path.ends_with('/') && !path.ends_with("//");
  if (has_final_slash && form == PathForm::loose) path.remove_suffix(1);
  for (const Resource& resource : resources_) {
    if (matches(resource, path, form, parameters)) return &resource;
  }
  return nullptr;
}

Router::Match Router::match(Method method, std::string_view path, PathForm form) const {
  Match match;
  const Resource* resource = find(path, form, match.parameters);
  if (resource == nullptr) return match;
  const Method wanted = method == Method::head ? Method::get : method;
  for (const auto& [served, route] : resource->routes) {
    if (served.include(wanted)) match.route = route;
  }
  return match;
}

std::string_view Router::allow(std::string_view path) const {
  Parameters parameters;
  const Resource* resource = find(path, form_, parameters);
  return resource == nullptr ? std::string_view{} : std::string_view{resource->allow};
}

std::optional<Router::Spelling> Router::right_spelling(std::string_view path) const {
  Parameters parameters;
  const Resource* resource = find(path, PathForm::loose, parameters);
  if (resource == nullptr) return std::nullopt;
  Spelling right{.path = {}, .pattern = resource->pattern};
  for (std::size_t i = 0; i < resource->parameter_count; ++i) {
    right.path.append(resource->literals[i]).append(parameters[i]);
  }
  right.path += resource->literals[resource->parameter_count];
  if (resource->has_any_rest) right.path += path.substr(right.path.size());
  return right;
}

}  // namespace gatehouse::http
