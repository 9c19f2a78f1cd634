#include "database/schema/statement_effect.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::database::schema {
namespace {

bool has(const StatementWords& words, std::string_view word) { return std::ranges::find(words, word) != words.end(); }

/// The actions of an ALTER TABLE, which follow the table's name and are separated by commas.
std::vector<StatementWords> split_actions(WordCursor& words) {
  std::vector<StatementWords> actions(1);
  int depth = 0;
  while (!words.at_end()) {
    std::string word{words.take()};
    if (word == "(") ++depth;
    if (word == ")") --depth;
    if (word == "," && depth == 0) {
      actions.emplace_back();
    } else {
      actions.back().push_back(std::move(word));
    }
  }
  return actions;
}

/// Says what one statement does; see effect_of().
class Reader {
 public:
  Reader(const StatementWords& words, Dialect dialect, const IndexTables& indexes)
      : words_(words), statement_(words), dialect_(dialect), indexes_(indexes) {}

  StatementEffect read() {
    if (words_.skip("create")) {
      read_create();
    } else if (words_.skip("drop")) {
      read_drop();
    } else if (words_.skip("alter table")) {
      read_alter();
    } else if (words_.skip("update") || words_.skip("delete from")) {
      read_change();
    } else if (words_.skip("insert into")) {
      add(words_.take_name(), TableLock::row_exclusive, TableWork::none);
    } else {
      effect_.is_known = words_.skip("select");
    }
    return std::move(effect_);
  }

 private:
  [[nodiscard]] bool is_postgres() const { return dialect_ == Dialect::postgres; }

  void add(std::string table, TableLock lock, TableWork work) {
    effect_.tables.push_back({std::move(table), is_postgres() ? lock : TableLock::none, work});
  }

  void read_create() {
    words_.skip("or replace");
    words_.skip("unique");
    if (words_.skip("table")) {
      words_.skip("if not exists");
      effect_.created_tables.push_back(words_.take_name());
      add_referenced(words_, effect_.created_tables.back());
    } else if (words_.skip("index")) {
      read_create_index();
    } else if (words_.skip("trigger")) {
      if (words_.skip_past("on")) add(words_.take_name(), TableLock::share_row_exclusive, TableWork::none);
    } else {
      effect_.is_known = words_.skip("function");
    }
  }

  /// Each foreign key gets triggers on the table that it points to.
  void add_referenced(WordCursor& words, const std::string& from) {
    while (words.skip_past("references")) {
      std::string table = words.take_name();
      if (table != from) add(std::move(table), TableLock::share_row_exclusive, TableWork::none);
    }
  }

  void read_create_index() {
    const bool is_beside = words_.skip("concurrently");
    words_.skip("if not exists");
    const std::string name = words_.take_name();
    words_.skip("on");
    std::string table = words_.take_name();
    effect_.created_indexes.emplace(name, table);
    add(std::move(table), is_beside ? TableLock::share_update_exclusive : TableLock::share, TableWork::scan);
  }

  void read_drop() {
    if (words_.skip("table")) {
      words_.skip("if exists");
      std::string table = words_.take_name();
      effect_.losses.push_back(table);
      add(std::move(table), TableLock::access_exclusive, TableWork::none);
    } else if (words_.skip("index")) {
      words_.skip("if exists");
      const auto found = indexes_.find(words_.take_name());
      if (found != indexes_.end()) add(found->second, TableLock::access_exclusive, TableWork::none);
    } else if (words_.skip("trigger")) {
      if (words_.skip_past("on")) add(words_.take_name(), TableLock::access_exclusive, TableWork::none);
    } else {
      effect_.is_known = words_.skip("function");
    }
  }

  void read_change() {
    const bool is_delete = statement_.front() == "delete";
    std::string table = words_.take_name();
    if (is_delete) effect_.losses.push_back("rows of " + table);
    add(std::move(table), TableLock::row_exclusive, TableWork::scan);
  }

  /// However many of its actions go through the table, PostgreSQL does it once.
  void read_alter() {
    words_.skip("if exists");
    words_.skip("only");
    const std::string table = words_.take_name();
    TableEffect all{table, TableLock::none, TableWork::none};
    for (const StatementWords& action : split_actions(words_)) {
      const TableEffect one = is_postgres() ? read_action(table, action) : read_sqlite_action(table, action);
      all.lock = std::max(all.lock, one.lock);
      all.work = std::max(all.work, one.work);
    }
    effect_.tables.push_back(std::move(all));
  }

  TableEffect read_action(const std::string& table, const StatementWords& action) {
    WordCursor words{action};
    if (words.skip("set (") || words.skip("reset (")) return {table, TableLock::share_update_exclusive};
    if (words.skip("validate constraint")) return {table, TableLock::share_update_exclusive, TableWork::scan};
    if (words.skip("alter")) return {table, TableLock::access_exclusive, work_of_altered(words, action)};
    if (words.skip("drop")) add_lost_column(words, table);
    if (words.skip("rename")) note_renamed(words, table);
    if (!words.skip("add")) return {table, TableLock::access_exclusive};
    add_referenced(words, table);
    if (is_foreign_key(action)) return {table, TableLock::share_row_exclusive, TableWork::scan};
    note_computed(table, action);
    return {table, TableLock::access_exclusive, work_of_added(action)};
  }

  static bool is_foreign_key(const StatementWords& action) { return has(action, "foreign") && has(action, "key"); }

  static TableWork work_of_altered(WordCursor& words, const StatementWords& action) {
    words.skip("column");
    words.take_name();
    if (words.skip("type") || words.skip("set data type")) {
      // A varchar becomes text without a rewrite; nobody changes other types to text.
      return words.skip("text") ? TableWork::none : TableWork::rewrite;
    }
    return has(action, "null") && has(action, "set") ? TableWork::scan : TableWork::none;
  }

  static TableWork work_of_added(const StatementWords& action) {
    if (has(action, "stored") || has(action, "identity") || has_called_default(action)) return TableWork::rewrite;
    const bool has_to_look = has(action, "check") || has(action, "unique") || has(action, "primary");
    return has_to_look ? TableWork::scan : TableWork::none;
  }

  /// Whether the default is computed for each row: it calls a function, other than now(), the transaction's time.
  static bool has_called_default(const StatementWords& action) {
    WordCursor words{action};
    if (!words.skip_past("default")) return false;
    const std::string function = words.take_name();
    return words.skip("(") && function != "now";
  }

  TableEffect read_sqlite_action(const std::string& table, const StatementWords& action) {
    WordCursor words{action};
    if (words.skip("drop")) {
      add_lost_column(words, table);
      return {table, TableLock::none, TableWork::rewrite};
    }
    if (words.skip("rename")) note_renamed(words, table);
    if (!words.skip("add")) return {table};
    note_computed(table, action);
    return {table, TableLock::none, has(action, "check") ? TableWork::scan : TableWork::none};
  }

  void add_lost_column(WordCursor& words, const std::string& table) {
    if (words.skip("constraint")) return;
    words.skip("column");
    words.skip("if exists");
    effect_.losses.push_back(table + '.' + words.take_name());
  }

  void note_renamed(WordCursor& words, const std::string& table) {
    if (!words.skip("column")) return;
    words.take_name();
    if (words.skip("to")) effect_.renamed.push_back(table + '.' + words.take_name());
  }

  void note_computed(const std::string& table, const StatementWords& action) {
    if (!has(action, "generated") || has(action, "identity")) return;
    WordCursor words{action};
    words.skip("add");
    words.skip("column");
    words.skip("if not exists");
    effect_.computed.push_back(table + '.' + words.take_name());
  }

  WordCursor words_;
  const StatementWords& statement_;
  const Dialect dialect_;
  const IndexTables& indexes_;
  StatementEffect effect_;
};

}  // namespace

StatementEffect effect_of(const StatementWords& statement, Dialect dialect, const IndexTables& indexes) {
  return Reader{statement, dialect, indexes}.read();
}

}  // namespace gatehouse::database::schema
