#include "cli/commands/users.hpp"

#include <cstdint>
#include <ostream>

#include "cli/commands/database_session.hpp"
#include "users/user_store.hpp"

namespace gatehouse::cli {
namespace {

int forget_express_passwords(const Program& program, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  users::UserStore store{session.database()};
  const std::int64_t forgotten = session.run(store.forget_express_passwords());
  program.out << "Forgot " << forgotten << (forgotten == 1 ? " kept password hash" : " kept password hashes")
              << " of the Express service\n";
  return exit_success;
}

}  // namespace

void add_users_commands(Commands& commands) {
  Commands users = commands.add_group("users", "Work on users");
  users.add(
      "forget-express-passwords",
      "Delete the kept hashes of the Express service; after that there is no way back to it without new passwords",
      forget_express_passwords);
}

}  // namespace gatehouse::cli
