#include "telemetry/readable_lines.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace gatehouse::telemetry {
namespace {

using Text = std::string_view;

/// One member of a line's object, as written in the JSON: the name without its quotes, the value with them.
struct Member {
  Text name;
  Text value;
};
using Members = std::vector<Member>;

/// The string literal that `rest` begins with, quotes included; empty if there is none.
Text string_at_front(Text rest) {
  if (!rest.starts_with('"')) return {};
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '"') return rest.substr(0, i + 1);
    if (rest[i] == '\\') ++i;
  }
  return {};
}

Text value_at_front(Text rest) {
  if (rest.starts_with('"')) return string_at_front(rest);
  return rest.substr(0, rest.find_first_of(",}"));
}

bool take(Text& rest, char expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(1);
  return true;
}

std::optional<Member> take_member(Text& rest) {
  const Text name = string_at_front(rest);
  rest.remove_prefix(name.size());
  if (name.empty() || !take(rest, ':')) return std::nullopt;
  const Text value = value_at_front(rest);
  rest.remove_prefix(value.size());
  if (value.empty()) return std::nullopt;
  return Member{name.substr(1, name.size() - 2), value};
}

/// The members of a flat object; nothing for any other text.
std::optional<Members> members_of(Text line) {
  Members members;
  if (!take(line, '{')) return std::nullopt;
  do {
    const auto member = take_member(line);
    if (!member) return std::nullopt;
    members.push_back(*member);
  } while (take(line, ','));
  if (line != "}") return std::nullopt;
  return members;
}

Text without_quotes(Text value) { return value.starts_with('"') ? value.substr(1, value.size() - 2) : value; }

/// Keeps the quotes only if the end of the value could not be seen without them.
Text shown(Text value) {
  const Text bare = without_quotes(value);
  return bare.empty() || bare.find_first_of(" \\=") != Text::npos ? value : bare;
}

/// `42 µs`, `1.3 ms`, `2.0 s`, for a count of microseconds.
std::string duration_text(Text microseconds) {
  constexpr std::size_t digits_of_ms = 3;
  constexpr std::size_t digits_of_s = 6;
  const std::size_t digits = microseconds.size();
  if (digits <= digits_of_ms) return std::string{microseconds} + " \xC2\xB5s";
  const bool in_s = digits > digits_of_s;
  const std::size_t whole = digits - (in_s ? digits_of_s : digits_of_ms);
  return std::string{microseconds.substr(0, whole)} + '.' + microseconds[whole] + (in_s ? " s" : " ms");
}

/// What is shown for a request's line; nothing if the line lacks a part of it.
std::optional<std::string> request_text(const Members& members) {
  constexpr std::array<Text, 6> names{"method", "path", "status", "bytes", "duration_us", "client"};
  std::array<Text, names.size()> parts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = std::ranges::find(members, names[i], &Member::name);
    if (found == members.end()) return std::nullopt;
    parts[i] = shown(found->value);
  }
  const auto& [method, path, status, bytes, duration_us, client] = parts;
  const auto code = std::ranges::find(members, "code", &Member::name);
  const std::string refusal = code == members.end() ? "" : ' ' + std::string{shown(code->value)};
  return std::string{method} + ' ' + std::string{path} + ' ' + std::string{status} + refusal + ' ' +
         std::string{bytes} + " B " + duration_text(duration_us) + " from " + std::string{client};
}

std::string event_text(const Members& members, std::size_t first_field) {
  std::string text{without_quotes(members[first_field - 1].value)};
  for (std::size_t i = first_field; i < members.size(); ++i) {
    text += ' ';
    text += members[i].name;
    text += '=';
    text += shown(members[i].value);
  }
  return text;
}

Text colour_of(Text level) {
  if (level == "error") return "\x1b[31m";
  if (level == "warn") return "\x1b[33m";
  if (level == "info") return "\x1b[32m";
  return "\x1b[2m";
}

/// As wide as the longest level, so that what follows is aligned.
std::string level_text(Text level, Colours colours) {
  constexpr std::size_t level_width = 5;
  std::string text{level};
  if (colours == Colours::ansi) text = std::string{colour_of(level)}.append(level).append("\x1b[0m");
  return text.append(level_width - std::min(level.size(), level_width), ' ');
}

std::optional<std::string> readable_line(Text line, Colours colours) {
  constexpr std::size_t fixed_members = 3;  // time, level, event
  constexpr std::size_t time_begin = 11;
  constexpr std::size_t time_length = 12;
  const auto members = members_of(line);
  if (!members || members->size() < fixed_members || (*members)[0].name != "time" || (*members)[1].name != "level" ||
      (*members)[2].name != "event") {
    return std::nullopt;
  }
  const Text time = without_quotes((*members)[0].value);
  if (time.size() < time_begin + time_length) return std::nullopt;
  std::string text{time.substr(time_begin, time_length)};
  text.append(" ").append(level_text(without_quotes((*members)[1].value), colours)).append(" ");
  const bool is_request = (*members)[2].value == R"("request")";
  const auto request = is_request ? request_text(*members) : std::nullopt;
  return text + request.value_or(event_text(*members, fixed_members));
}

}  // namespace

std::string to_readable(std::string_view json_lines, Colours colours) {
  std::string text;
  while (!json_lines.empty()) {
    const Text line = json_lines.substr(0, json_lines.find('\n'));
    json_lines.remove_prefix(std::min(line.size() + 1, json_lines.size()));
    text += readable_line(line, colours).value_or(std::string{line});
    text += '\n';
  }
  return text;
}

}  // namespace gatehouse::telemetry
