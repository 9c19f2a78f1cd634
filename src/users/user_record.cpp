#include "users/user_record.hpp"

#include <algorithm>

#include "base/iso8601.hpp"
#include "base/text.hpp"
#include "json/reader.hpp"

namespace gatehouse::users {
namespace {

/// Larger than any accepted value, so that a value that is too long is reported with its field.
constexpr json::Limits record_limits{
    .members_max = 32, .list_entries_max = 1, .name_bytes_max = 64, .text_bytes_max = 16 * 1024, .depth_max = 2};

std::optional<bool> read_truth(std::string_view text) {
  const std::string word = to_lower(text);
  if (word == "true" || word == "1") return true;
  if (word == "false" || word == "0") return false;
  return std::nullopt;
}

/// Stores a text into a member of any type.
struct TextStore {
  UserRecord& record;
  std::string_view text;

  std::string_view operator()(std::optional<std::string> UserRecord::* member) const {
    (record.*member).emplace(text);
    return {};
  }
  std::string_view operator()(std::optional<SecretString> UserRecord::* member) const {
    (record.*member).emplace(text);
    return {};
  }
  std::string_view operator()(std::optional<bool> UserRecord::* member) const {
    record.*member = read_truth(text);
    return record.*member ? "" : "wrong_type";
  }
  std::string_view operator()(std::optional<TimePoint> UserRecord::* member) const {
    record.*member = parse_iso8601(text);
    return record.*member ? "" : "invalid";
  }
};

/// Fills a record while its object is read; ends the reading at the first fault.
class RecordSink {
 public:
  bool on_name(std::string_view name) {
    field_ = find_record_field(name);
    if (field_ != nullptr) return true;
    fault = RecordFault{.field = std::string{name}, .code = "unknown_field"};
    return false;
  }

  bool on_value(const json::Scalar& value) {
    if (std::holds_alternative<json::Null>(value)) return true;
    const auto* truth = std::get_if<bool>(&value);
    const auto* to_truth = std::get_if<std::optional<bool> UserRecord::*>(&field_->member);
    if ((truth != nullptr) != (to_truth != nullptr)) return refuse("wrong_type");
    if (truth != nullptr) {
      record.** to_truth = *truth;
      return true;
    }
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return refuse("wrong_type");
    const std::string_view code = store_text(record, *field_, *text);
    return code.empty() || refuse(code);
  }

  bool on_list() { return refuse("wrong_type"); }
  bool on_entry(const json::Scalar& /*value*/) { return refuse("wrong_type"); }

  bool on_fault(json::Fault found) {
    switch (found) {
      case json::Fault::given_twice:
        return refuse("duplicate");
      case json::Fault::nested:
        return refuse("wrong_type");
      case json::Fault::holds_nul:
        return refuse("nul_character");
      case json::Fault::not_unicode:
        return refuse("not_unicode");
    }
    return false;
  }

  UserRecord record;
  std::optional<RecordFault> fault;

 private:
  bool refuse(std::string_view code) {
    fault = RecordFault{.field = std::string{field_->name}, .code = code};
    return false;
  }

  const RecordField* field_ = nullptr;
};

/// Removes the first cell from the text; false if a quotation mark is in the wrong place.
bool take_cell(std::string_view& text, std::string& cell) {
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(','), text.size());
    cell = text.substr(0, end);
    text.remove_prefix(end);
    return !cell.contains('"');
  }
  text.remove_prefix(1);
  while (true) {
    const std::size_t quote = text.find('"');
    if (quote == std::string_view::npos) return false;
    cell += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (!text.starts_with('"')) return text.empty() || text.front() == ',';
    cell += '"';
    text.remove_prefix(1);
  }
}

}  // namespace

const RecordField* find_record_field(std::string_view name) {
  const auto found = std::ranges::find(record_fields, name, &RecordField::name);
  return found == record_fields.end() ? nullptr : &*found;
}

std::string_view store_text(UserRecord& record, const RecordField& field, std::string_view text) {
  if (text.contains('\0')) return "nul_character";
  if (!is_utf8(text)) return "not_unicode";
  return std::visit(TextStore{record, text}, field.member);
}

std::expected<UserRecord, RecordFault> read_json_record(std::string_view line) {
  json::TextBuffer texts;
  RecordSink sink;
  const json::Outcome outcome = json::read(line, record_limits, texts, sink);
  if (sink.fault) return std::unexpected(*std::move(sink.fault));
  if (outcome != json::Outcome::complete) return std::unexpected(RecordFault{.field = {}, .code = "invalid_json"});
  return std::move(sink.record);
}

std::optional<CsvCells> split_csv(std::string_view record) {
  CsvCells cells;
  while (true) {
    if (!take_cell(record, cells.emplace_back())) return std::nullopt;
    if (record.empty()) return cells;
    record.remove_prefix(1);
  }
}

}  // namespace gatehouse::users
