#include "api/user_routes.hpp"

#include <optional>
#include <string>
#include <utility>

#include "api/access/asker.hpp"
#include "api/access/origin.hpp"
#include "api/body_refusal.hpp"
#include "api/entity_tag.hpp"
#include "api/list_query.hpp"
#include "api/message.hpp"
#include "api/path_id.hpp"
#include "api/problems.hpp"
#include "http/body.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

constexpr auto new_user_body =
    http::body_fields(problem("missing_fields"), http::field("first_name", &users::NewUser::first_name),
                      http::field("last_name", &users::NewUser::last_name),
                      http::field("email", &users::NewUser::email), http::field("password", &users::NewUser::password));

/// Clients send back the whole user as they got it; the fields that they cannot change are ignored.
constexpr auto user_changes_body = http::body_fields(
    http::field("first_name", &users::UserChanges::first_name),
    http::field("last_name", &users::UserChanges::last_name), http::field("email", &users::UserChanges::email),
    http::field("password", &users::UserChanges::password), http::ignored_field<users::UserChanges>("id"),
    http::ignored_field<users::UserChanges>("created_at"), http::ignored_field<users::UserChanges>("updated_at"));

std::optional<UserId> read_id(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.parameter(0));
  if (!id) answer.refuse(problem("invalid_user_id"));
  return id;
}

users::SeenVersions versions_seen(const Request& request, UserId user) {
  if (!request.headers.has(http::Field::if_match)) return std::nullopt;
  return versions_named(request.headers[http::Field::if_match], user);
}

constexpr const http::Problem& problem_of(flows::AccountError error) {
  switch (error) {
    case flows::AccountError::not_found:
      return problem("user_not_found");
    case flows::AccountError::email_taken:
      return problem("email_taken");
    case flows::AccountError::referenced:
      return problem("user_referenced");
    case flows::AccountError::version_mismatch:
      return problem("version_mismatch");
    case flows::AccountError::superseded:
      return problem("idempotency_in_progress");
  }
  return problem("user_not_found");
}

std::string message_with_user(std::string_view message, const users::User& user) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("message", message).key("user");
  users::write_user(writer, user);
  writer.end_object();
  return json;
}

void answer_created(const users::User& user, Answer& answer) {
  answer.add_header("ETag", entity_tag_of(user));
  answer.send(Status::created, message_with_user(user.first_name + " has been added to the Database", user));
}

void write_users(json::Writer& writer, const std::vector<users::User>& page) {
  for (const users::User& user : page) users::write_user(writer, user);
}

std::string user_list_json(const std::vector<users::User>& users) {
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  write_users(writer, users);
  writer.end_array();
  return json;
}

/// Most users in a part of the streamed list: some 25 KB, so that a thousand clients that stop reading hold 25 MB.
constexpr unsigned part_users_max = 128;

users::PagePosition position_of(const users::User& user) { return {user.created_at, user.id}; }

}  // namespace

UserRoutes::UserRoutes(database::Database& database, flows::AccountFlow& accounts, flows::AccountRules& rules,
                       idempotency::Repetitions& repetitions, const PageCursor& cursor, crypto::Random& random,
                       const ApiSettings& settings)
    : users_(database),
      search_(database),
      accounts_(accounts),
      rules_(rules),
      once_per_key_(repetitions),
      cursor_(&cursor),
      random_(random),
      unknown_fields_(settings.unknown_fields),
      require_if_match_(settings.require_if_match) {}

bool UserRoutes::lacks_condition(const Request& request) const {
  return require_if_match_ && !request.headers.has(http::Field::if_match);
}

Task<> UserRoutes::list(const Request& request, Answer& answer) {
  const auto query = parse_list_query(request.query, *cursor_);
  if (!query) co_return answer.refuse(problem("validation_failed"), query.error());
  if (query->email) co_return co_await list_by_email(*query->email, answer);
  if (query->beginning) {
    const auto found = co_await search_.find(*query->beginning);
    co_return answer.send(Status::ok, user_list_json(found));
  }
  if (query->wants_page()) {
    co_await list_page(query->limit.value_or(page_limit_default), query->after, answer);
  } else {
    co_await stream_all(answer);
  }
}

Task<> UserRoutes::list_page(unsigned limit, std::optional<users::PagePosition> after, Answer& answer) {
  // One more than asked for tells whether there is another page.
  auto page = co_await users_.page(after, limit + 1);
  if (page.size() > limit) {
    page.pop_back();
    const std::string next = cursor_->write(position_of(page.back()), random_);
    answer.add_header("Link", "</users?limit=" + std::to_string(limit) + "&after=" + next + ">; rel=\"next\"");
  }
  answer.send(Status::ok, user_list_json(page));
}

/// The one user with this address, as a list.
Task<> UserRoutes::list_by_email(std::string email, Answer& answer) {
  auto user = co_await users_.find_by_email(std::move(email));
  std::vector<users::User> found;
  if (user) found.push_back(*std::move(user));
  answer.send(Status::ok, user_list_json(found));
}

/// Reads and sends part after part, so that memory does not grow with the number of users. A user created meanwhile is
/// newer than all that is still to come and therefore not in the list; one deleted meanwhile may be missing.
Task<> UserRoutes::stream_all(Answer& answer) {
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  auto last = co_await write_part(writer, std::nullopt);
  answer.begin_stream(Status::ok);
  if (!answer.wants_body()) co_return answer.end_stream();
  while (last) {
    std::string part = std::exchange(json, {});
    if (!co_await answer.write(std::move(part))) co_return answer.abort_stream();
    last = co_await write_part(writer, last);
  }
  writer.end_array();
  if (!co_await answer.write(std::move(json))) co_return answer.abort_stream();
  answer.end_stream();
}

/// Writes the users after `after` and returns where the next part begins, nullopt after the last one. The writer
/// outlives the coroutine.
Task<std::optional<users::PagePosition>> UserRoutes::write_part(json::Writer& writer,
                                                                std::optional<users::PagePosition> after) {
  const auto page = co_await users_.page(after, part_users_max);
  write_users(writer, page);
  if (page.size() < part_users_max) co_return std::nullopt;
  co_return position_of(page.back());
}

Task<> UserRoutes::show(const Request& request, Answer& answer) {
  const auto id = read_id(request, answer);
  if (!id) co_return;
  const auto user = co_await users_.find(*id);
  if (!user) co_return answer.refuse(problem("user_not_found"));
  const std::string tag = entity_tag_of(*user);
  answer.add_header("ETag", tag);
  if (names_entity_tag(request.headers[http::Field::if_none_match], tag)) {
    co_return answer.send_empty(Status::not_modified);
  }
  std::string json;
  json::Writer writer{json};
  users::write_user(writer, *user);
  answer.send(Status::ok, json);
}

Task<> UserRoutes::create(const Request& request, Answer& answer) {
  constexpr RepeatableHandler<UserRoutes> handler{
      .first = &UserRoutes::create_first, .again = &UserRoutes::create_again, .status = Status::created};
  return once_per_key_.run(*this, handler, request, answer);
}

/// The request repeats, byte for byte, what the user was made of, so none of it need be kept.
void UserRoutes::create_again(const Request& request, const idempotency::Earlier& earlier, Answer& answer) const {
  auto body = http::read_body(request, new_user_body, http::UnknownFields::skip);
  if (!body) return refuse(answer, body.error());
  answer_created({.id = UserId{earlier.resource_id.value()},
                  .first_name = std::move(body->first_name),
                  .last_name = std::move(body->last_name),
                  .email = std::move(body->email),
                  .created_at = earlier.done_at,
                  .updated_at = earlier.done_at},
                 answer);
}

Task<> UserRoutes::create_first(const Request& request, Answer& answer, const idempotency::RepeatableWork* work) {
  auto user = http::read_body(request, new_user_body, unknown_fields_);
  if (!user) co_return refuse(answer, user.error());
  if (const FieldErrors errors = rules_.mistakes_in(*user); !errors.empty()) {
    co_return answer.refuse(problem("validation_failed"), errors);
  }

  flows::Asker asker = asker_of(request);
  const auto created = co_await accounts_.create(*std::move(user), std::move(asker), request.client_gone, work);
  if (!created) co_return answer.refuse(problem_of(created.error()));
  answer_created(*created, answer);
}

Task<> UserRoutes::change(const Request& request, Answer& answer) {
  const auto id = read_id(request, answer);
  if (!id) co_return;
  if (lacks_condition(request)) co_return answer.refuse(problem("if_match_required"));
  auto changes = http::read_body(request, user_changes_body, unknown_fields_);
  if (!changes) co_return refuse(answer, changes.error());
  // A form whose password was left empty does not ask for an empty one.
  if (changes->password && changes->password->empty()) changes->password.reset();
  const FieldErrors errors = co_await rules_.mistakes_in(*id, *changes);
  if (!errors.empty()) co_return answer.refuse(problem("validation_failed"), errors);

  audit::Origin origin = origin_of(request);
  auto seen = versions_seen(request, *id);
  const auto changed =
      co_await accounts_.update(*id, *std::move(changes), std::move(origin), std::move(seen), request.client_gone);
  if (!changed) co_return answer.refuse(problem_of(changed.error()));
  answer.add_header("ETag", entity_tag_of(*changed));
  answer.send(Status::ok, message_with_user("User updated successfully", *changed));
}

Task<> UserRoutes::remove(const Request& request, Answer& answer) {
  const auto id = read_id(request, answer);
  if (!id) co_return;
  if (lacks_condition(request)) co_return answer.refuse(problem("if_match_required"));
  audit::Origin origin = origin_of(request);
  auto seen = versions_seen(request, *id);
  const auto removed = co_await accounts_.remove(*id, std::move(origin), std::move(seen));
  if (!removed) co_return answer.refuse(problem_of(removed.error()));
  answer.send(Status::ok, message_json("User " + std::to_string(id->value) + " deleted successfully from database"));
}

}  // namespace gatehouse::api
