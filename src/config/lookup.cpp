#include "config/lookup.hpp"

#include "config/dotenv.hpp"
#include "config/names.hpp"
#include "config/sources.hpp"

namespace gatehouse::config {
namespace {

constexpr std::size_t secret_file_bytes_max = 64 * 1024;

std::string prefixed(std::string_view name) { return std::string{name_prefix} + std::string{name}; }

/// The variable's value, unless it is not there or Kubernetes put it there for a Service of that name.
const std::string* value_of(const Lookup::Variables& variables, const std::string& name) {
  const auto found = variables.find(name);
  if (found == variables.end() || is_service_link(name, found->second)) return nullptr;
  return &found->second;
}

/// The path, for display; empty if it looks like a secret that was put under the wrong name.
std::string shown_path(const std::string& path) {
  return path.starts_with('/') || path.starts_with("./") || path.starts_with("../") ? " (" + path + ")" : "";
}

std::optional<std::string> read_secret_file(const std::string& variable, const std::string& path, Mistakes& mistakes) {
  auto text = read_text_file(path, secret_file_bytes_max);
  if (!text || text->size() > secret_file_bytes_max) {
    mistakes.push_back(
        {variable, (text ? "names a file larger than 64 KiB" : "names a file that cannot be read") + shown_path(path),
         "check the path and its permissions"});
    return std::nullopt;
  }
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  if (text->empty()) mistakes.push_back({variable, "names an empty file", "put the secret into it"});
  return text;
}

std::optional<Given> find_under(const Lookup::Variables& variables, const std::string& name, const Setting& setting,
                                Origin origin, Mistakes& mistakes) {
  const std::string* value = value_of(variables, name);
  const std::string file_variable = name + std::string{file_suffix};
  const std::string* path = setting.is_secret() ? value_of(variables, file_variable) : nullptr;
  if (path != nullptr && !path->empty()) {
    if (value != nullptr && !value->empty()) {
      mistakes.push_back({name, "is given twice, as itself and as " + file_variable, "keep one of the two"});
    }
    auto text = read_secret_file(file_variable, *path, mistakes);
    return Given{std::move(text).value_or(""), origin, file_variable, is_public_file(*path)};
  }
  if (value == nullptr) return std::nullopt;
  return Given{*value, origin, name};
}

Mistake unknown(const std::string& name, std::string_view nearest) {
  std::string remedy = nearest.empty() ? "remove it" : "did you mean " + std::string{nearest} + "?";
  return {name, "is not a setting", std::move(remedy)};
}

}  // namespace

std::string_view to_text(Origin origin) {
  switch (origin) {
    case Origin::fallback:
      return "default";
    case Origin::dotenv:
      return ".env";
    case Origin::environment:
      return "environment";
    case Origin::development_secrets:
      return development_secrets_path;
    case Origin::generated:
      return "generated";
  }
  return "default";
}

std::optional<Given> Lookup::find(const Setting& setting, Mistakes& mistakes) const {
  const struct {
    const Variables& variables;
    Origin origin;
  } places[] = {{environment_, Origin::environment}, {dotenv_, Origin::dotenv}};
  for (const auto& place : places) {
    for (const std::string& name : {prefixed(setting.name), std::string{setting.name}}) {
      if (auto given = find_under(place.variables, name, setting, place.origin, mistakes)) return given;
    }
  }
  return std::nullopt;
}

Mistakes Lookup::unknown_names() const {
  Mistakes mistakes;
  for (const Variables* variables : {&environment_, &dotenv_}) {
    for (const auto& [name, value] : *variables) {
      if (!name.starts_with(name_prefix) || is_service_link(name, value) || is_tool_name(name)) continue;
      const std::string bare = name.substr(name_prefix.size());
      if (is_known_name(catalog_, bare)) continue;
      const std::string_view nearest = nearest_name(catalog_, bare);
      mistakes.push_back(unknown(name, nearest.empty() ? std::string{} : prefixed(nearest)));
    }
  }
  for (const auto& [name, value] : dotenv_) {
    if (name.starts_with(name_prefix) || is_known_name(catalog_, name) || is_express_name(name)) continue;
    if (const std::string_view nearest = nearest_name(catalog_, name); !nearest.empty()) {
      mistakes.push_back(unknown(name, nearest));
    }
  }
  return mistakes;
}

}  // namespace gatehouse::config
