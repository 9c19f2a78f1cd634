#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "json/writer.hpp"
#include "telemetry/level.hpp"
#include "telemetry/log_queue.hpp"

namespace gatehouse::telemetry {

/// A field's text is cut to field_bytes_max before it is escaped; a line beyond line_bytes_max gets no more fields.
inline constexpr std::size_t field_bytes_max = 4096;
inline constexpr std::size_t line_bytes_max = 32 * 1024;

/// One `"name":value` of a log line. Refers to its texts, so it lives no longer than the call it is written for.
class Field {
 public:
  Field(std::string_view name, std::string_view text) : name_(name), value_(text) {}
  Field(std::string_view name, const std::string& text) : name_(name), value_(std::string_view{text}) {}
  Field(std::string_view name, const char* text) : name_(name), value_(std::string_view{text}) {}
  Field(std::string_view name, bool value) : name_(name), value_(value) {}
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  Field(std::string_view name, Integer number) : name_(name), value_(static_cast<std::int64_t>(number)) {}

  void write(json::Writer& writer) const;

 private:
  std::string_view name_;
  std::variant<std::string_view, std::int64_t, bool> value_;
};

using Fields = std::initializer_list<Field>;

/// The program's log: one JSON object a line, `{"time":"…Z","level":"info","event":"server_started",…}`.
///
/// Events are fixed words in snake_case, and what varies goes into fields, so that lines can be counted and searched.
/// Every text is escaped (no CR, LF, ANSI sequence or bad UTF-8 gets through) and bounded. Names of fields are literals
/// of the program, never `time`, `level` or `event`. Secrets have no place here; SecretString does not convert.
///
/// Lines are formatted by the caller and written by the queue's thread, so a slow or stuck reader never stops a caller.
/// Any thread may call. For one line per request use AccessLog.
class Log {
 public:
  /// `queue` and `clock` outlive the log.
  Log(LogQueue& queue, const Clock& clock, Level level = Level::info) : queue_(queue), clock_(clock), level_(level) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void trace(std::string_view event, Fields fields = {}) { write(Level::trace, event, fields); }
  void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
  void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
  void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }
  void write(Level level, std::string_view event, Fields fields);

  [[nodiscard]] bool is_enabled(Level level) const noexcept {
    return level >= level_.load(std::memory_order_relaxed) && level != Level::off;
  }
  /// For every line from now on.
  void set_level(Level level) noexcept { level_.store(level, std::memory_order_relaxed); }

 private:
  LogQueue& queue_;
  const Clock& clock_;
  std::atomic<Level> level_;
};

}  // namespace gatehouse::telemetry
