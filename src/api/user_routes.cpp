#include "api/user_routes.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "api/body_refusal.hpp"
#include "api/list_query.hpp"
#include "api/path_id.hpp"
#include "api/problems.hpp"
#include "base/json_text.hpp"
#include "http/json_fields.hpp"
#include "users/validation.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

constexpr std::array<std::string_view, 4> field_names{"first_name", "last_name", "email", "password"};

std::expected<http::JsonFields, http::BodyError> read_fields(const Request& request) {
  return http::JsonFields::read(request, {field_names[0], field_names[1], field_names[2], field_names[3]});
}

FieldErrors missing_fields(const http::JsonFields& fields) {
  FieldErrors missing;
  for (std::size_t i = 0; i < field_names.size(); ++i)
    if (fields.text(i).empty()) missing.push_back({std::string{field_names[i]}, "is required", "required"});
  return missing;
}

std::optional<std::string> text_of(const http::JsonFields& fields, std::size_t i) {
  return fields[i] ? std::optional<std::string>{*fields[i]} : std::nullopt;
}

std::optional<UserId> read_id(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.parameter(0));
  if (!id) answer.refuse(problem("invalid_user_id"));
  return id;
}

constexpr const http::Problem& problem_of(flows::AccountError error) {
  switch (error) {
    case flows::AccountError::not_found:
      return problem("user_not_found");
    case flows::AccountError::email_taken:
      return problem("email_taken");
  }
  return problem("user_not_found");
}

std::string message_with_user(std::string_view message, const users::User& user) {
  std::string json = "{\"message\":";
  append_json_string(json, message);
  json += ",\"user\":";
  users::append_user_json(json, user);
  json += '}';
  return json;
}

void append_list_json(std::string& out, const std::vector<users::User>& page, bool first) {
  for (const users::User& user : page) {
    if (!std::exchange(first, false)) out += ',';
    users::append_user_json(out, user);
  }
}

/// Of the streamed list: some 25 KB, so that a thousand clients who stop reading hold 25 MB.
constexpr unsigned part_users_max = 128;

users::PagePosition position_of(const users::User& user) { return {user.created_at, user.id}; }

}  // namespace

UserRoutes::UserRoutes(database::Database& database, flows::AccountFlow& accounts, const PageCursor& cursor,
                       crypto::Random& random)
    : users_(database), accounts_(accounts), cursor_(cursor), random_(random) {}

Task<> UserRoutes::list(const Request& request, Answer& answer) {
  const auto query = parse_list_query(request.query, cursor_);
  if (!query) co_return answer.refuse(problem("validation_failed"), query.error());
  if (query->wants_page())
    co_await list_page(query->limit.value_or(page_limit_default), query->after, answer);
  else
    co_await stream_all(answer);
}

Task<> UserRoutes::list_page(unsigned limit, std::optional<users::PagePosition> after, Answer& answer) {
  // One more than asked for tells whether there is another page.
  auto page = co_await users_.page(after, limit + 1);
  if (page.size() > limit) {
    page.pop_back();
    const std::string next = cursor_.write(position_of(page.back()), random_);
    answer.add_header("Link", "</users?limit=" + std::to_string(limit) + "&after=" + next + ">; rel=\"next\"");
  }
  std::string json = "[";
  append_list_json(json, page, true);
  json += ']';
  answer.send(Status::ok, json);
}

/// Reads and sends part after part, so that memory does not grow with the number of users. A user created meanwhile is
/// newer than all that is still to come and therefore not in the list; one deleted meanwhile may be missing.
Task<> UserRoutes::stream_all(Answer& answer) {
  std::string json = "[";
  auto last = co_await append_part(json, std::nullopt);
  answer.begin_stream(Status::ok);
  if (!answer.wants_body()) co_return answer.end_stream();
  while (last) {
    std::string part = std::exchange(json, {});
    if (!co_await answer.write(std::move(part))) co_return answer.abort_stream();
    last = co_await append_part(json, last);
  }
  json += ']';
  if (!co_await answer.write(std::move(json))) co_return answer.abort_stream();
  answer.end_stream();
}

/// The users behind `after`; where the next part begins, nothing after the last one. `json` outlives it.
Task<std::optional<users::PagePosition>> UserRoutes::append_part(std::string& json,
                                                                 std::optional<users::PagePosition> after) {
  const auto page = co_await users_.page(after, part_users_max);
  append_list_json(json, page, !after);
  if (page.size() < part_users_max) co_return std::nullopt;
  co_return position_of(page.back());
}

Task<> UserRoutes::show(const Request& request, Answer& answer) {
  const auto id = read_id(request, answer);
  if (!id) co_return;
  const auto user = co_await users_.find(*id);
  if (!user) co_return answer.refuse(problem("user_not_found"));
  std::string json;
  users::append_user_json(json, *user);
  answer.send(Status::ok, json);
}

Task<> UserRoutes::create(const Request& request, Answer& answer) {
  const auto fields = read_fields(request);
  if (!fields) co_return refuse(answer, fields.error());
  if (FieldErrors missing = missing_fields(*fields); !missing.empty())
    co_return answer.refuse(problem("missing_fields"), missing);
  users::NewUser user{std::string{fields->text(0)}, std::string{fields->text(1)}, std::string{fields->text(2)},
                      SecretString{fields->text(3)}};
  if (FieldErrors errors = users::validate(user); !errors.empty())
    co_return answer.refuse(problem("validation_failed"), errors);

  const auto created = co_await accounts_.create(std::move(user));
  if (!created) co_return answer.refuse(problem_of(created.error()));
  answer.send(Status::created, message_with_user(created->first_name + " has been added to the Database", *created));
}

Task<> UserRoutes::change(const Request& request, Answer& answer) {
  const auto id = read_id(request, answer);
  if (!id) co_return;
  const auto fields = read_fields(request);
  if (!fields) co_return refuse(answer, fields.error());
  users::UserChanges changes{text_of(*fields, 0), text_of(*fields, 1), text_of(*fields, 2), std::nullopt};
  if ((*fields)[3]) changes.password = SecretString{*(*fields)[3]};
  if (FieldErrors errors = users::validate(changes); !errors.empty())
    co_return answer.refuse(problem("validation_failed"), errors);

  const auto changed = co_await accounts_.update(*id, std::move(changes));
  if (!changed) co_return answer.refuse(problem_of(changed.error()));
  answer.send(Status::ok, message_with_user("User updated successfully", *changed));
}

Task<> UserRoutes::remove(const Request& request, Answer& answer) {
  const auto id = read_id(request, answer);
  if (!id) co_return;
  const auto removed = co_await accounts_.remove(*id);
  if (!removed) co_return answer.refuse(problem_of(removed.error()));
  answer.send(Status::ok,
              "{\"message\":\"User " + std::to_string(id->value) + " deleted successfully from database\"}");
}

}  // namespace gatehouse::api
