#include "cli/commands/user_text.hpp"

#include <algorithm>
#include <charconv>
#include <ostream>

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/unicode.hpp"

namespace gatehouse::cli {
namespace {

std::optional<UserId> read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return UserId{number};
}

}  // namespace

std::optional<users::User> find_user(const Program& program, DatabaseSession& session,
                                     const std::string& number_or_email) {
  users::UserStore store{session.database()};
  const auto number = read_number(number_or_email);
  auto user = number ? session.run(store.find(*number)) : session.run(store.find_by_email(number_or_email));
  if (!user) program.err << "There is no user " << without_control_characters(number_or_email) << '\n';
  return user;
}

std::string table_of(std::span<const std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], count_code_points(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += without_control_characters(row[i]) + std::string(widths[i] - count_code_points(row[i]) + 2, ' ');
    }
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::vector<std::string> cells_of_user(const users::User& user) {
  return {std::to_string(user.id.value), user.email, user.first_name + ' ' + user.last_name,
          "created " + to_iso8601(user.created_at),
          user.disabled_at ? "disabled " + to_iso8601(*user.disabled_at) : ""};
}

void write_account(json::Writer& writer, const users::User& user) {
  writer.begin_object();
  users::write_user_members(writer, user);
  writer.member("disabled_at", user.disabled_at).end_object();
}

}  // namespace gatehouse::cli
