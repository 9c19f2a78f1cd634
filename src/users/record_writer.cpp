#include "users/record_writer.hpp"

#include "json/writer.hpp"

namespace gatehouse::users {
namespace {

bool is_written(const RecordField& field, const ExportTerms& terms) {
  const bool is_of_hash = field.name == "password_hash" || field.name == "salt" || field.name == "hash_format";
  return field.name != "password" && (terms.has_hashes || !is_of_hash);
}

/// With microseconds if the time has them, so that it is read back exactly.
std::string exact_time(TimePoint time) {
  std::string text = to_iso8601(time);
  const auto us = (time - std::chrono::floor<std::chrono::milliseconds>(time)).count();
  if (us == 0) return text;
  std::string digits = std::to_string(us);
  text.insert(text.size() - 1, std::string(3 - digits.size(), '0') + digits);
  return text;
}

/// A member's value as text; nothing if there is none.
struct TextOf {
  const UserRecord& record;

  std::optional<std::string> operator()(std::optional<std::string> UserRecord::* member) const {
    return record.*member;
  }
  std::optional<std::string> operator()(std::optional<SecretString> UserRecord::* /*member*/) const {
    return std::nullopt;
  }
  std::optional<std::string> operator()(std::optional<bool> UserRecord::* member) const {
    if (!(record.*member)) return std::nullopt;
    return *(record.*member) ? "true" : "false";
  }
  std::optional<std::string> operator()(std::optional<TimePoint> UserRecord::* member) const {
    if (!(record.*member)) return std::nullopt;
    return exact_time(*(record.*member));
  }
};

void append_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  out += '"';
}

/// Calls `append(field)` for each field that is written, with commas between.
template <class Append>
void append_row(std::string& out, const ExportTerms& terms, const Append& append) {
  bool is_first = true;
  for (const RecordField& field : record_fields) {
    if (!is_written(field, terms)) continue;
    if (!is_first) out += ',';
    is_first = false;
    append(field);
  }
  out += "\r\n";
}

void append_json(std::string& out, const UserRecord& record, const ExportTerms& terms) {
  json::Writer writer{out};
  writer.begin_object();
  for (const RecordField& field : record_fields) {
    if (!is_written(field, terms)) continue;
    const auto text = std::visit(TextOf{record}, field.member);
    const bool is_truth = std::holds_alternative<std::optional<bool> UserRecord::*>(field.member);
    writer.key(field.name);
    if (is_truth && text) {
      writer.json(*text);
    } else {
      writer.value(text);
    }
  }
  writer.end_object();
  out += '\n';
}

}  // namespace

void append_record_header(std::string& out, const ExportTerms& terms) {
  if (terms.format != RecordFormat::csv) return;
  append_row(out, terms, [&out](const RecordField& field) { out += field.name; });
}

void append_record(std::string& out, const UserRecord& record, const ExportTerms& terms) {
  if (terms.format == RecordFormat::jsonl) return append_json(out, record, terms);
  append_row(out, terms, [&](const RecordField& field) {
    append_cell(out, std::visit(TextOf{record}, field.member).value_or(""));
  });
}

}  // namespace gatehouse::users
