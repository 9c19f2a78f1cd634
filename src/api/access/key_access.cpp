#include "api/access/key_access.hpp"

#include <string_view>
#include <utility>

#include "api/problems.hpp"

namespace gatehouse::api {

using http::Field;
using http::Request;

namespace {

Verdict verdict_on(api_keys::Checked key) {
  if (!key) return std::unexpected(problem("invalid_api_key"));
  Caller caller{.kind = Caller::Kind::db,
                .tells_client = key->tells_client,
                .scopes = key->scopes,
                .name = key->name,
                .key_id = key->public_id};
  caller.holder = std::move(key);
  return caller;
}

/// Whether the table may have a key that is not in the settings.
bool may_be_of_table(const Verdict& of_settings, const Request& request) {
  return !of_settings && of_settings.error().code == problem("invalid_api_key").code &&
         request.headers.count(Field::api_key) == 1;
}

}  // namespace

std::optional<Verdict> KeyAccess::admit_now(const Request& request) const {
  auto of_settings = of_settings_->admit_now(request);
  if (of_settings && !may_be_of_table(*of_settings, request)) return of_settings;
  auto checked = of_table_.check_now(request.headers[Field::api_key]);
  if (!checked) return std::nullopt;
  return verdict_on(*std::move(checked));
}

Task<Verdict> KeyAccess::admit(const Request& request) const {
  if (auto verdict = admit_now(request)) co_return *std::move(verdict);
  api_keys::Checked checked = co_await of_table_.check(request.headers[Field::api_key]);
  co_return verdict_on(std::move(checked));
}

}  // namespace gatehouse::api
