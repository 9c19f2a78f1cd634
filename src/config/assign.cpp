#include "config/assign.hpp"

namespace gatehouse::config {

Parsed<void> assign_boolean(std::string_view text, bool& out) {
  const auto value = parse_boolean(text);
  if (!value) return std::unexpected(value.error());
  out = *value;
  return {};
}

Parsed<void> assign_text(std::string_view text, std::string& out) {
  out = std::string{text};
  return {};
}

Parsed<void> assign_secret(std::string_view text, SecretString& out) {
  out = SecretString{text};
  return {};
}

Parsed<void> assign_private_key(std::string_view text, SecretString& out) {
  std::string pem;
  pem.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool line_end = text.substr(i).starts_with("\\n");
    pem += line_end ? '\n' : text[i];
    if (line_end) ++i;
  }
  const bool is_key = pem.starts_with("-----BEGIN ") && pem.find("PRIVATE KEY-----") != std::string::npos;
  if (is_key) out = SecretString{pem};
  wipe_memory(pem.data(), pem.size());
  if (!is_key) return std::unexpected(Unreadable{"a private key in PEM form (-----BEGIN PRIVATE KEY-----)"});
  return {};
}

Parsed<void> assign_list(std::string_view text, Parsed<std::string> (*parse)(std::string_view),
                         std::vector<std::string>& out) {
  const auto entries = split_list(text);
  if (entries.size() > list_entries_max) return std::unexpected(Unreadable{"a list of at most 64 entries"});
  std::vector<std::string> values;
  for (const std::string_view entry : entries) {
    auto value = parse(entry);
    if (!value) {
      return std::unexpected(Unreadable{"a comma-separated list in which each entry is " + value.error().expectation});
    }
    values.push_back(std::move(*value));
  }
  out = std::move(values);
  return {};
}

Parsed<void> assign_secrets(std::string_view text, std::vector<SecretString>& out) {
  const auto entries = split_list(text);
  if (entries.empty() || entries.size() > secrets_max) {
    return std::unexpected(Unreadable{"a comma-separated list of 1 to 16 secrets"});
  }
  out.clear();
  for (const std::string_view entry : entries) out.emplace_back(entry);
  return {};
}

}  // namespace gatehouse::config
