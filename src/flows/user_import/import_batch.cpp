#include "flows/user_import/import_batch.hpp"

#include <string>
#include <unordered_set>
#include <utility>

#include "users/email.hpp"

namespace gatehouse::flows {

ImportBatch read_batch(users::RecordReader& reader, const passwords::PasswordRules& rules) {
  ImportBatch batch;
  std::unordered_set<std::string> addresses;
  std::size_t passwords = 0;
  batch.place = reader.place();
  while (batch.size() < ImportBatch::records_max && passwords < ImportBatch::passwords_max) {
    auto read = reader.next();
    if (!read) {
      batch.place = reader.place();
      batch.is_last = true;
      break;
    }
    auto checked = read->content ? check_record(*std::move(read->content), rules)
                                 : std::unexpected(std::move(read->content.error()));
    if (!checked) {
      batch.refused.push_back({read->line, std::move(checked.error())});
    } else if (!addresses.insert(users::email_key(checked->user.email)).second) {
      reader.go_to(batch.place);
      break;
    } else {
      if (checked->password) ++passwords;
      batch.records.push_back({read->line, *std::move(checked)});
    }
    batch.place = reader.place();
  }
  return batch;
}

}  // namespace gatehouse::flows
