#include "config/documents.hpp"

#include <algorithm>
#include <string_view>

namespace gatehouse::config {
namespace {

constexpr std::string_view dotenv_opening =
    R"(# Settings of Gatehouse. Copy this file to .env and change what you need: commented-out values are the defaults.
#
# The environment wins over this file, GATEHOUSE_NAME over NAME. An empty value means the default. Durations are written
# 500ms, 30s, 15m, 1h or 7d; a number alone means seconds. Put quotes around values that hold a # or begin or end in a
# blank. Secrets may be in files: API_KEY_FILE=/run/secrets/api_key. `gatehouse doctor` shows the values in force.
# DOCS_PORT, ADMINER_PORT and DOMAIN of the Express service may stay; they are for its other containers, and not read.
)";
constexpr std::string_view dotenv_about_secrets =
    "# `gatehouse secrets generate` prints good ones. If empty, development generates new ones at each start.\n";

/// Appends text after text.
template <class... Texts>
void append(std::string& to, const Texts&... texts) {
  (to.append(texts), ...);
}

/// Calls `on_group` before the first setting of each group, and `on_setting` for each setting.
void walk(const Catalog& catalog, auto on_group, auto on_setting) {
  std::string_view group;
  for (const Setting* setting : catalog) {
    if (setting->group != group) on_group(setting->group);
    group = setting->group;
    on_setting(*setting);
  }
}

std::string markdown_default(const Setting& setting) {
  std::string text = "none";
  if (!setting.default_text.empty()) text = "`" + std::string{setting.default_text} + "`";
  if (!setting.production_default.empty()) append(text, ", production: `", setting.production_default, "`");
  return text;
}

std::size_t longest(const Catalog& catalog, std::string_view Setting::* text) {
  std::size_t most = 0;
  for (const Setting* setting : catalog) most = std::max(most, (setting->*text).size());
  return most;
}

}  // namespace

std::string markdown_of(const Catalog& catalog) {
  std::string page;
  const auto on_group = [&](std::string_view group) {
    append(page, page.empty() ? "" : "\n", "## ", group, "\n\n| name | default | meaning |\n| --- | --- | --- |\n");
  };
  const auto on_setting = [&](const Setting& setting) {
    append(page, "| `", setting.name, "` | ", markdown_default(setting), " | ", setting.description,
           setting.is_secret() ? " Secret." : "", " |\n");
  };
  walk(catalog, on_group, on_setting);
  return page;
}

std::string dotenv_example_of(const Catalog& catalog) {
  std::string text{dotenv_opening};
  const auto on_group = [&](std::string_view group) {
    append(text, "\n# --- ", group, " ---\n", group == secrets_group ? dotenv_about_secrets : "");
  };
  const auto on_setting = [&](const Setting& setting) {
    append(text, "\n# ", setting.description, "\n", setting.secrecy == Secrecy::key ? "" : "# ", setting.name, "=",
           setting.default_text, "\n");
  };
  walk(catalog, on_group, on_setting);
  return text;
}

std::string list_of(const Catalog& catalog) {
  constexpr std::size_t gap = 2;
  const std::size_t name_width = longest(catalog, &Setting::name) + gap;
  const std::size_t default_width = longest(catalog, &Setting::default_text) + gap;
  std::string list;
  const auto add_padded = [&](std::string_view text, std::size_t width) {
    append(list, text, std::string(width - text.size(), ' '));
  };
  const auto on_group = [&](std::string_view group) { append(list, list.empty() ? "" : "\n", group, "\n"); };
  const auto on_setting = [&](const Setting& setting) {
    append(list, "  ");
    add_padded(setting.name, name_width);
    add_padded(setting.default_text.empty() ? "-" : setting.default_text, default_width);
    append(list, setting.description, "\n");
  };
  walk(catalog, on_group, on_setting);
  return list;
}

}  // namespace gatehouse::config
