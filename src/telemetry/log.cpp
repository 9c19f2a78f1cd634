#include "telemetry/log.hpp"

#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <mutex>

#include "base/json_text.hpp"

namespace gatehouse::telemetry {
namespace {

constexpr std::string_view cut_mark = "\xE2\x80\xA6";  // …

/// The text's first bytes, ending between two characters.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

void append_text(std::string& line, std::string_view text) {
  const std::string_view kept = first_bytes(text, field_bytes_max);
  append_json_string(line, kept);
  if (kept.size() == text.size()) return;
  line.pop_back();
  line += cut_mark;
  line += '"';
}

/// Hands spdlog's lines, which are formatted already, to the writer. Runs on spdlog's one thread, so it needs no mutex.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LineSink(LineWriter& writer) : writer_(writer) {}
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_.load(std::memory_order_relaxed); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (!writer_.write({message.payload.data(), message.payload.size()}))
      dropped_.fetch_add(1, std::memory_order_relaxed);
  }
  void flush_() override {}

  LineWriter& writer_;
  std::atomic<std::uint64_t> dropped_ = 0;
};

}  // namespace

std::string_view to_text(Level level) {
  switch (level) {
    case Level::trace:
      return "trace";
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      return "off";
  }
  return "off";
}

void Field::append_to(std::string& line) const {
  append_json_string(line, name_);
  line += ':';
  if (const auto* text = std::get_if<std::string_view>(&value_))
    append_text(line, *text);
  else if (const auto* number = std::get_if<std::int64_t>(&value_))
    line += std::to_string(*number);
  else
    line += std::get<bool>(value_) ? "true" : "false";
}

/// The logger refers weakly to its pool, and the pool's thread to the logger of each queued line. The pool goes first:
/// its end writes what is queued and joins the thread.
class Log::Backend {
 public:
  Backend(LineWriter& writer, std::size_t queue_max)
      : sink_(std::make_shared<LineSink>(writer)),
        pool_(std::make_shared<spdlog::details::thread_pool>(queue_max, 1, block_signals)),
        logger_(std::make_shared<spdlog::async_logger>("gatehouse", sink_, pool_,
                                                       spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_level(spdlog::level::trace);
  }

  ~Backend() { pool_.reset(); }
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  void write(std::string_view line) {
    logger_->log(spdlog::level::info, spdlog::string_view_t{line.data(), line.size()});
  }

  [[nodiscard]] std::uint64_t dropped() const { return sink_->dropped() + pool_->overrun_counter(); }

 private:
  std::shared_ptr<LineSink> sink_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

Log::Log(LineWriter& writer, const Clock& clock, Options options)
    : clock_(clock), level_(options.level), backend_(std::make_unique<Backend>(writer, options.queue_max)) {}

Log::~Log() = default;

void Log::write(Level level, std::string_view event, Fields fields) {
  if (!is_enabled(level)) return;
  std::string line = "{\"time\":\"";
  append_iso8601(line, clock_.now());
  line += "\",\"level\":\"";
  line += to_text(level);
  line += "\",\"event\":";
  append_text(line, event);
  for (const Field& field : fields) {
    if (line.size() > line_bytes_max) {
      line += ",\"truncated\":true";
      break;
    }
    line += ',';
    field.append_to(line);
  }
  line += "}\n";
  backend_->write(line);
}

std::uint64_t Log::dropped() const noexcept { return backend_->dropped(); }

}  // namespace gatehouse::telemetry
