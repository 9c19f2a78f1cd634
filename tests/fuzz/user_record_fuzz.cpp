#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "users/record_reader.hpp"
#include "users/record_writer.hpp"

namespace {

using namespace gatehouse::users;

void require(bool holds) {
  if (!holds) std::abort();
}

/// A record that is written is read as the same record again.
void check_writing(const UserRecord& record, RecordFormat format) {
  const ExportTerms terms{.format = format, .has_hashes = true};
  std::string written;
  append_record_header(written, terms);
  append_record(written, record, terms);
  std::istringstream in{written};
  RecordReader reader{in, format};
  require(reader.begin().has_value());
  const auto again = reader.next();
  require(again && again->content.has_value());
  std::string rewritten;
  append_record_header(rewritten, terms);
  append_record(rewritten, *again->content, terms);
  require(rewritten == written);
}

/// The reader moves forward to the end of the file, and finds the same records from any place on.
void check_reading(const std::string& text, RecordFormat format) {
  std::istringstream in{text};
  RecordReader reader{in, format};
  if (!reader.begin()) return;
  RecordPlace before = reader.place();
  while (const auto read = reader.next()) {
    require(reader.place().bytes > before.bytes && reader.place().lines >= read->line && read->line > before.lines);
    std::istringstream again{text};
    RecordReader second{again, format};
    require(second.begin().has_value());
    second.go_to(before);
    const auto same = second.next();
    require(same && same->line == read->line && same->content.has_value() == read->content.has_value());
    before = reader.place();
    if (read->content) {
      check_writing(*read->content, RecordFormat::jsonl);
      check_writing(*read->content, RecordFormat::csv);
    }
  }
  require(reader.place().bytes == text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  check_reading(text, RecordFormat::jsonl);
  check_reading(text, RecordFormat::csv);
  return 0;
}
