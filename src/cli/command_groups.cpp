#include "cli/command_groups.hpp"

#include "cli/commands/api_keys.hpp"
#include "cli/commands/audit.hpp"
#include "cli/commands/backup.hpp"
#include "cli/commands/database.hpp"
#include "cli/commands/doctor.hpp"
#include "cli/commands/health.hpp"
#include "cli/commands/mail.hpp"
#include "cli/commands/migrate.hpp"
#include "cli/commands/passwords.hpp"
#include "cli/commands/routes.hpp"
#include "cli/commands/secrets.hpp"
#include "cli/commands/seed.hpp"
#include "cli/commands/serve.hpp"
#include "cli/commands/sessions.hpp"
#include "cli/commands/settings.hpp"
#include "cli/commands/signing_keys.hpp"
#include "cli/commands/users.hpp"

namespace gatehouse::cli {
namespace {

using AddCommands = void (*)(Commands&);

/// In the order of `gatehouse --help`.
constexpr AddCommands command_groups[] = {
    add_serve_command,      //
    add_migrate_commands,   //
    add_seed_commands,      //
    add_database_commands,  //
    add_backup_commands,    //
    add_sessions_commands,  //
    add_users_commands,     //
    add_api_key_commands,   //
    add_audit_commands,     //
    add_password_commands,  //
    add_mail_commands,      //
    add_secrets_commands,   //
    add_key_commands,       //
    add_routes_command,     //
    add_doctor_command,     //
    add_health_command,     //
    add_settings_command,   //
};

}  // namespace

void add_all_commands(Commands& commands) {
  for (const AddCommands add_commands : command_groups) add_commands(commands);
}

}  // namespace gatehouse::cli
