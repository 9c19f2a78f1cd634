#include "flows/seeding/seeder.hpp"

#include <array>
#include <boost/json.hpp>
#include <expected>

#include "passwords/password_rules.hpp"
#include "users/validation.hpp"

namespace gatehouse::flows {
namespace {

constexpr std::array<std::string_view, 4> field_names{"first_name", "last_name", "email", "password"};

std::string field_text(const boost::json::object& entry, std::string_view name) {
  return std::string{entry.at(name).as_string()};
}

/// The user an entry describes, or what is wrong with it.
std::expected<users::NewUser, std::string> read_user(const boost::json::value& value) {
  const auto* entry = value.if_object();
  if (entry == nullptr) return std::unexpected("is not an object");
  if (entry->size() != field_names.size()) {
    return std::unexpected("must have first_name, last_name, email and password, and nothing else");
  }
  for (const auto name : field_names) {
    const auto* text = entry->if_contains(name);
    if (text == nullptr || !text->is_string()) return std::unexpected(std::string{name} + " must be a string");
  }
  users::NewUser user{.first_name = field_text(*entry, "first_name"),
                      .last_name = field_text(*entry, "last_name"),
                      .email = field_text(*entry, "email"),
                      .password = SecretString{std::string_view{entry->at("password").as_string()}}};
  const auto errors = users::validate(user);
  if (!errors.empty()) return std::unexpected(errors.front().field + " " + errors.front().message);
  // The other rules do not apply: seeds are for development, and everybody knows their passwords.
  const auto refusal = passwords::form_fault_of(user.password);
  if (refusal) return std::unexpected("password " + refusal->message);
  return user;
}

}  // namespace

Task<SeedReport> Seeder::run(std::span<const EmbeddedFile> files) {
  SeedReport report;
  for (const EmbeddedFile& file : files) {
    boost::json::error_code malformed;
    const boost::json::value document = boost::json::parse(file.text, malformed);
    const auto* entries = malformed ? nullptr : document.if_array();
    if (entries == nullptr) {
      report.problems.push_back(std::string{file.path} + ": is not a JSON array");
      continue;
    }
    for (std::size_t i = 0; i < entries->size(); ++i) {
      auto user = read_user((*entries)[i]);
      if (user) {
        co_await add(*std::move(user), report);
      } else {
        report.problems.push_back(std::string{file.path} + ": user " + std::to_string(i + 1) + ": " + user.error());
      }
    }
  }
  co_return report;
}

/// `report` belongs to run(), which waits for this.
Task<> Seeder::add(users::NewUser user, SeedReport& report) {
  // Checked first, so that seeding again does not hash every password again.
  if (co_await users_.email_exists(user.email)) {
    ++report.existing;
    co_return;
  }
  // A new user is refused only for an email that is taken by now.
  const auto created = co_await accounts_.import(std::move(user), origin_);
  ++(created ? report.created : report.existing);
}

}  // namespace gatehouse::flows
