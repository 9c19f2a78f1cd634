#pragma once

#include <string_view>

#include "config/catalog.hpp"

namespace gatehouse::config {

/// Prefix that any setting's name may carry; the prefixed name wins.
inline constexpr std::string_view name_prefix = "GATEHOUSE_";

/// Suffix under which a secret setting names a file that holds its value.
inline constexpr std::string_view file_suffix = "_FILE";

/// True for a setting's name and, if the setting is secret, its NAME_FILE. Without prefix.
[[nodiscard]] bool is_known_name(const Catalog& catalog, std::string_view name);

/// True for names in the Express service's .env that Gatehouse ignores: DOCS_PORT, ADMINER_PORT, DOMAIN,
/// API_URL, npm_….
[[nodiscard]] bool is_express_name(std::string_view name);

/// True for names with our prefix that other tools of the project read: GATEHOUSE_TEST_… (the test suite).
[[nodiscard]] bool is_tool_name(std::string_view name);

/// True for the variables that Kubernetes puts into a container's environment for a Service, so that a Service named
/// `gatehouse` or `db` does not set anything by accident: GATEHOUSE_SERVICE_HOST, GATEHOUSE_PORT_8000_TCP_ADDR,
/// DB_PORT=tcp://10.0.0.7:5432.
[[nodiscard]] bool is_service_link(std::string_view name, std::string_view value);

/// The setting's name that a person who wrote `name` most likely meant: nearest_word().
[[nodiscard]] std::string_view nearest_name(const Catalog& catalog, std::string_view name);

}  // namespace gatehouse::config
