#include "cli/commands/users.hpp"

#include <CLI/App.hpp>
#include <cstdint>
#include <ostream>

#include "cli/commands/consent.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/origin.hpp"
#include "cli/commands/password_prompt.hpp"
#include "cli/commands/session_secret.hpp"
#include "cli/commands/shared_options.hpp"
#include "cli/commands/user_text.hpp"
#include "cli/commands/user_transfer.hpp"
#include "flows/account/account_rules.hpp"
#include "service/settings.hpp"
#include "service/wiring/capabilities.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `users list` and `users show USER`.
struct ShownUsers {
  std::string user;  ///< number or address
  bool as_json = false;
};

/// Arguments of `users create`. The password is asked for, or is the first line of standard input.
struct NewUserOptions {
  std::string email;
  std::string first_name;
  std::string last_name;
  bool as_json = false;
};

/// Arguments of `users disable USER` and others that change one user.
struct ChosenUser {
  std::string user;
  bool as_json = false;
};

/// Arguments of `users delete USER`.
struct DeletedUser {
  std::string user;
  Consent consent;
  bool as_json = false;
};

/// Arguments of `users forget-express-passwords`.
struct Forgetting {
  Consent consent;
  bool as_json = false;
};

void define_user(CLI::App& command, std::string& user) {
  command.add_option("user", user, "The user's number or email address")->required()->type_name("USER");
}

void define_user_list(CLI::App& command, ShownUsers& options) { define_json(command, options.as_json); }

void define_show(CLI::App& command, ShownUsers& options) {
  define_user(command, options.user);
  define_json(command, options.as_json);
}

void define_chosen(CLI::App& command, ChosenUser& options) {
  define_user(command, options.user);
  define_json(command, options.as_json);
}

void define_deleted(CLI::App& command, DeletedUser& options) {
  define_user(command, options.user);
  define_consent(command, options.consent);
  define_json(command, options.as_json);
}

void define_forgetting(CLI::App& command, Forgetting& options) {
  define_consent(command, options.consent);
  define_json(command, options.as_json);
}

void define_create(CLI::App& command, NewUserOptions& options) {
  command.add_option("email", options.email, "The email address")->required()->type_name("EMAIL");
  command.add_option("--first-name", options.first_name, "The first name")->required()->type_name("NAME");
  command.add_option("--last-name", options.last_name, "The last name")->required()->type_name("NAME");
  define_json(command, options.as_json);
  command.footer("The password is asked for; without a terminal it is the first line of standard input.");
}

void print_account(const Program& program, const users::User& user, bool as_json) {
  std::string text;
  if (as_json) {
    json::Writer writer{text};
    write_account(writer, user);
    program.out << text << '\n';
  } else {
    const std::vector<std::vector<std::string>> rows{cells_of_user(user)};
    program.out << table_of(rows);
  }
}

/// Newest first, a page at a time, so that memory does not grow with their number.
int list_users(const Program& program, const ShownUsers& options, const service::Loaded& loaded) {
  constexpr unsigned page_users = 1000;
  DatabaseSession session{program, loaded.settings};
  users::UserStore store{session.database()};
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  std::optional<users::PagePosition> last;
  while (true) {
    const auto page = session.run(store.page(last, page_users));
    std::vector<std::vector<std::string>> rows;
    for (const users::User& user : page) {
      if (options.as_json) {
        write_account(writer, user);
      } else {
        rows.push_back(cells_of_user(user));
      }
    }
    program.out << (options.as_json ? std::exchange(json, {}) : table_of(rows));
    if (page.size() < page_users) break;
    last = users::PagePosition{page.back().created_at, page.back().id};
  }
  writer.end_array();
  if (options.as_json) program.out << json << '\n';
  return exit_success;
}

int show_user(const Program& program, const ShownUsers& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  const auto user = find_user(program, session, options.user);
  if (!user) return exit_failure;
  print_account(program, *user, options.as_json);
  return exit_success;
}

int create_user(const Program& program, const NewUserOptions& options, const service::Loaded& loaded) {
  auto password = ask_password(program);
  if (!password) return exit_failure;
  users::NewUser user{.first_name = options.first_name,
                      .last_name = options.last_name,
                      .email = options.email,
                      .password = *std::move(password)};
  const passwords::PasswordRules rules{loaded.settings.passwords};
  if (const FieldErrors errors = flows::mistakes_in(user, rules); !errors.empty()) {
    for (const FieldError& error : errors) program.err << error.field << ' ' << error.message << '\n';
    return exit_failure;
  }
  DatabaseSession session{program, loaded.settings};
  service::SharedCapabilities shared{loaded.settings, program.clock, program.random};
  service::Capabilities capabilities{session.database(), loaded.settings, shared};
  const auto created =
      session.run(capabilities.accounts.create(std::move(user), {.origin = origin_of(program), .languages = {}}));
  if (!created) {
    program.err << "Another user has this email address\n";
    return exit_failure;
  }
  print_account(program, *created, options.as_json);
  return exit_success;
}

/// Prints what has become of the chosen user: as JSON, the user as they are now; otherwise the sentence.
int print_change(const Program& program, DatabaseSession& session, const ChosenUser& options, UserId id,
                 std::string_view sentence) {
  users::UserStore store{session.database()};
  const auto user = session.run(store.find(id));
  if (!user) {
    program.err << "The user has just been deleted\n";
    return exit_failure;
  }
  if (options.as_json) {
    print_account(program, *user, true);
  } else {
    program.out << "User " << id.value << ' ' << sentence << '\n';
  }
  return exit_success;
}

/// Applies `change` to the user whom the options name, and prints the sentence.
template <class Change>
int change_user(const Program& program, const ChosenUser& options, const service::Loaded& loaded, const Change& change,
                std::string_view sentence) {
  DatabaseSession session{program, loaded.settings};
  const auto user = find_user(program, session, options.user);
  if (!user) return exit_failure;
  service::SharedCapabilities shared{loaded.settings, program.clock, program.random};
  service::Capabilities capabilities{session.database(), loaded.settings, shared};
  (void)session.run(change(capabilities, user->id, origin_of(program)));
  return print_change(program, session, options, user->id, sentence);
}

int disable_user(const Program& program, const ChosenUser& options, const service::Loaded& loaded) {
  const auto change = [](service::Capabilities& with, UserId id, audit::Origin origin) {
    return with.accounts.disable(id, std::move(origin));
  };
  return change_user(program, options, loaded, change, "is disabled; all sessions of the user have ended");
}

int enable_user(const Program& program, const ChosenUser& options, const service::Loaded& loaded) {
  const auto change = [](service::Capabilities& with, UserId id, audit::Origin origin) {
    return with.accounts.enable(id, std::move(origin));
  };
  return change_user(program, options, loaded, change, "can log in");
}

int unlock_user(const Program& program, const ChosenUser& options, const service::Loaded& loaded) {
  if (!has_session_secret(program, loaded, "set the service's own, under which wrong passwords are counted")) {
    return exit_failure;
  }
  const auto change = [](service::Capabilities& with, UserId id, audit::Origin origin) {
    return with.password_check.unlock(id, std::move(origin));
  };
  return change_user(program, options, loaded, change, "is unlocked: the right password works from everywhere");
}

int require_password_change(const Program& program, const ChosenUser& options, const service::Loaded& loaded) {
  const auto change = [](service::Capabilities& with, UserId id, audit::Origin origin) {
    return with.accounts.require_password_change(id, std::move(origin));
  };
  return change_user(program, options, loaded, change, "must choose a new password at the next login");
}

int delete_user(const Program& program, const DeletedUser& options, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  const auto user = find_user(program, session, options.user);
  if (!user || !has_consent(program, options.consent, "A deleted user cannot be restored")) return exit_failure;
  service::SharedCapabilities shared{loaded.settings, program.clock, program.random};
  service::Capabilities capabilities{session.database(), loaded.settings, shared};
  const auto removed = session.run(capabilities.accounts.remove(user->id, origin_of(program)));
  if (!removed) {
    const bool is_referenced = removed.error() == flows::AccountError::referenced;
    program.err << (is_referenced ? "Rows of other tables refer to the user\n" : "The user has just been deleted\n");
    return exit_failure;
  }
  if (options.as_json) {
    print_account(program, *user, true);
  } else {
    program.out << "User " << user->id.value << " is deleted\n";
  }
  return exit_success;
}

int forget_express_passwords(const Program& program, const Forgetting& options, const service::Loaded& loaded) {
  constexpr std::string_view loss = "After this, a rollback to the Express service leaves its users without passwords";
  if (!has_consent(program, options.consent, loss)) return exit_failure;
  DatabaseSession session{program, loaded.settings};
  users::UserStore store{session.database()};
  const std::int64_t forgotten = session.run(store.forget_express_passwords());
  if (options.as_json) {
    std::string json;
    json::Writer(json).begin_object().member("forgotten", forgotten).end_object();
    program.out << json << '\n';
    return exit_success;
  }
  program.out << "Deleted " << forgotten << (forgotten == 1 ? " kept password hash" : " kept password hashes")
              << " of the Express service\n";
  return exit_success;
}

}  // namespace

void add_users_commands(Commands& commands) {
  Commands users = commands.add_group("users", "Manage users");
  users.add("list", "List users, newest first", define_user_list, list_users);
  users.add("show", "Show one user", define_show, show_user);
  users.add("create", "Create a user", define_create, create_user);
  users.add("disable", "End all sessions of a user and refuse further logins", define_chosen, disable_user);
  users.add("enable", "Let a disabled user in again", define_chosen, enable_user);
  users.add("unlock", "Unlock a user: forget all wrong passwords", define_chosen, unlock_user);
  users.add("require-password-change", "Require a user to choose a new password at the next login", define_chosen,
            require_password_change);
  users.add("delete", "Delete a user, and end all sessions of the user", define_deleted, delete_user);
  users.add(
      "forget-express-passwords",
      "Delete the kept hashes of the Express service; after that there is no way back to it without new passwords",
      define_forgetting, forget_express_passwords);
  add_user_transfer_commands(users);
}

}  // namespace gatehouse::cli
