#include "users/record_reader.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace gatehouse::users {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_among(const std::vector<const RecordField*>& columns, const RecordField* field) {
  return std::ranges::find(columns, field) != columns.end();
}

bool has_open_quote(std::string_view text) { return std::ranges::count(text, '"') % 2 != 0; }

RecordFault fault_of_record(std::string_view code) { return {.field = {}, .code = code}; }

}  // namespace

RecordReader::RecordReader(std::istream& in, RecordFormat format)
    : in_(in), format_(format), chunk_(record_bytes_max + 1) {
  text_.reserve(record_bytes_max);  // so that no copy of a password is left behind
}

RecordReader::~RecordReader() {
  wipe_memory(chunk_.data(), chunk_.size());
  wipe_memory(text_.data(), text_.size());
}

std::expected<void, RecordFault> RecordReader::begin() {
  if (format_ == RecordFormat::jsonl) return {};
  if (take_record() != Taken::record) return std::unexpected(fault_of_record("invalid_csv"));
  const auto names = split_csv(text_);
  if (!names) return std::unexpected(fault_of_record("invalid_csv"));
  for (const std::string& name : *names) {
    const RecordField* field = find_record_field(name);
    if (field == nullptr) return std::unexpected(RecordFault{.field = name, .code = "unknown_field"});
    if (is_among(columns_, field)) return std::unexpected(RecordFault{.field = name, .code = "duplicate"});
    columns_.push_back(field);
  }
  if (is_among(columns_, find_record_field("email"))) return {};
  return std::unexpected(RecordFault{.field = "email", .code = "required"});
}

void RecordReader::go_to(const RecordPlace& place) {
  in_.clear();
  in_.seekg(static_cast<std::streamoff>(place.bytes));
  place_ = place;
}

std::optional<ReadRecord> RecordReader::next() {
  while (true) {
    const std::uint64_t line = place_.lines + 1;
    const Taken taken = take_record();
    if (taken == Taken::nothing) return std::nullopt;
    if (taken == Taken::too_long) return ReadRecord{line, std::unexpected(fault_of_record("too_long"))};
    if (trim(text_, ascii_whitespace).empty()) continue;
    return ReadRecord{line, format_ == RecordFormat::jsonl ? read_json_record(text_) : read_cells()};
  }
}

/// Appends a line to text_, without its line end.
RecordReader::Taken RecordReader::take_line() {
  in_.getline(chunk_.data(), static_cast<std::streamsize>(chunk_.size()));
  auto count = static_cast<std::size_t>(in_.gcount());
  if (count == 0) return Taken::nothing;
  place_.bytes += count;
  ++place_.lines;
  if (in_.fail() && !in_.eof()) {  // the line is longer than the buffer
    in_.clear();
    in_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    place_.bytes += static_cast<std::uint64_t>(in_.gcount());
    return Taken::too_long;
  }
  if (!in_.eof()) --count;
  std::string_view line{chunk_.data(), count};
  if (place_.lines == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (text_.size() + line.size() + 1 > record_bytes_max) return Taken::too_long;
  text_ += line;
  return Taken::record;
}

RecordReader::Taken RecordReader::take_record() {
  text_.clear();
  Taken taken = take_line();
  while (format_ == RecordFormat::csv && taken == Taken::record && has_open_quote(text_)) {
    text_ += '\n';
    taken = take_line();
    if (taken == Taken::nothing) return Taken::record;  // which is not valid CSV
  }
  if (taken == Taken::record && text_.ends_with('\r')) text_.pop_back();
  return taken;
}

std::expected<UserRecord, RecordFault> RecordReader::read_cells() const {
  auto cells = split_csv(text_);
  if (!cells || cells->size() != columns_.size()) return std::unexpected(fault_of_record("invalid_csv"));
  UserRecord record;
  std::optional<RecordFault> fault;
  for (std::size_t i = 0; i < cells->size(); ++i) {
    std::string& cell = (*cells)[i];
    if (cell.empty() || fault) continue;
    const std::string_view code = store_text(record, *columns_[i], cell);
    if (!code.empty()) fault = RecordFault{.field = std::string{columns_[i]->name}, .code = code};
  }
  for (std::string& cell : *cells) wipe_memory(cell.data(), cell.size());
  if (fault) return std::unexpected(*std::move(fault));
  return record;
}

}  // namespace gatehouse::users
