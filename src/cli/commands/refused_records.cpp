#include "cli/commands/refused_records.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "json/writer.hpp"
#include "runtime/descriptor.hpp"

namespace gatehouse::cli {
namespace {

std::unexpected<std::string> cannot_write(const std::string& path) {
  return std::unexpected(path + " cannot be written: " + std::generic_category().message(errno));
}

/// How many bytes the first `lines` lines of a file have; all of its bytes if it has fewer lines.
std::uintmax_t bytes_of_lines(const std::string& path, std::int64_t lines) {
  std::ifstream file{path, std::ios::binary};
  std::string line;
  std::uintmax_t bytes = 0;
  while (lines-- > 0 && std::getline(file, line) && !file.eof()) bytes += line.size() + 1;
  return bytes;
}

}  // namespace

void append_refused(std::string& out, const flows::RefusedRecord& refused) {
  const std::string& field = refused.fault.field;
  json::Writer writer{out};
  writer.begin_object().member("line", refused.line).key("field");
  if (field.empty()) {
    writer.value(nullptr);
  } else {
    writer.value(field);
  }
  writer.member("code", refused.fault.code).end_object();
  out += '\n';
}

std::expected<void, std::string> RefusedRecords::keep_first(std::int64_t lines) {
  std::error_code error;
  if (!std::filesystem::exists(path_, error)) return {};
  if (lines == 0) {
    std::filesystem::remove(path_, error);
  } else {
    std::filesystem::resize_file(path_, bytes_of_lines(path_, lines), error);
  }
  if (error) return std::unexpected(path_ + " cannot be changed: " + error.message());
  return {};
}

std::expected<void, std::string> RefusedRecords::append(std::span<const flows::RefusedRecord> refused) {
  if (refused.empty()) return {};
  constexpr int owner_only = 0600;
  const runtime::Descriptor file{::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, owner_only)};
  if (!file) return cannot_write(path_);
  std::string lines;
  for (const flows::RefusedRecord& one : refused) append_refused(lines, one);
  if (!runtime::write_all(file.get(), lines)) return cannot_write(path_);
  return {};
}

}  // namespace gatehouse::cli
