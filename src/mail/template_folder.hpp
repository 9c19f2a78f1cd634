#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::mail {

inline constexpr std::size_t template_files_max = 1000;
inline constexpr std::size_t template_bytes_max = 64 * 1024;

/// The parts of a mail; the names of their templates end in these.
inline constexpr std::array<std::string_view, 3> template_parts{"subject", "txt", "html"};

/// The templates of MAIL_TEMPLATES by their names in lower case, such as `reset-password.de-ch.txt`, and what is wrong
/// with them.
struct TemplateFolder {
  std::map<std::string, std::string, std::less<>> texts;
  std::vector<std::string>
      mistakes;  ///< each names the file, and the line if it is about one, and completes `MAIL_TEMPLATES: …`
};

/// Reads every file of the folder whose name ends in one of template_parts. Such a file must be named after a kind of
/// mail, with or without a language tag, and be a template without a mistake (find_mistake()). Blocks.
[[nodiscard]] TemplateFolder read_template_folder(const std::string& path);

}  // namespace gatehouse::mail
