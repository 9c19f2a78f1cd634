#include "mail/template_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include "base/text.hpp"
#include "config/sources.hpp"
#include "mail/accept_language.hpp"
#include "mail/template_check.hpp"

namespace gatehouse::mail {
namespace {

/// The kind of a file named `<kind>.<part>` or `<kind>.<locale>.<part>`.
std::optional<Kind> kind_of_file(std::string_view name) {
  const std::string_view stem = name.substr(0, name.rfind('.'));
  const std::size_t dot = stem.find('.');
  if (dot != std::string_view::npos && !is_language_tag(stem.substr(dot + 1))) return std::nullopt;
  return kind_of(stem.substr(0, dot));
}

bool is_template(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && std::ranges::count(template_parts, name.substr(dot + 1)) > 0;
}

void read_file(const std::filesystem::path& path, TemplateFolder& folder) {
  const std::string name = to_lower(path.filename().string());
  const auto kind = kind_of_file(name);
  if (!kind) {
    folder.mistakes.push_back("has " + path.string() + ", whose name is not a kind of mail");
    return;
  }
  auto text = config::read_text_file(path.string(), template_bytes_max);
  if (!text || text->size() > template_bytes_max) {
    folder.mistakes.push_back("has " + path.string() + ", which cannot be read or is larger than 64 KiB");
    return;
  }
  if (const auto mistake = find_mistake(*text, *kind)) {
    folder.mistakes.push_back("has a mistake in " + path.string() + ", line " + std::to_string(mistake->line) + ": " +
                              mistake->problem);
    return;
  }
  folder.texts.emplace(name, std::move(*text));
}

}  // namespace

TemplateFolder read_template_folder(const std::string& path) {
  TemplateFolder folder;
  std::vector<std::filesystem::path> files;
  std::error_code failure;
  for (std::filesystem::directory_iterator entry{path, failure}, end; !failure && entry != end;
       entry.increment(failure)) {
    if (is_template(entry->path().filename().string())) files.push_back(entry->path());
    if (files.size() > template_files_max) break;
  }
  if (failure) folder.mistakes.emplace_back("names a folder that cannot be read");
  if (files.size() > template_files_max) folder.mistakes.emplace_back("names a folder with more than 1000 templates");
  if (!folder.mistakes.empty()) return folder;
  std::ranges::sort(files);
  for (const auto& file : files) read_file(file, folder);
  return folder;
}

}  // namespace gatehouse::mail
