#include "database/schema/table_scripts.hpp"

#include <algorithm>
#include <string_view>

namespace gatehouse::database::schema {
namespace {

// A new index cannot have its name yet, because the old table's index has it; the same goes for the primary key, which
// is an index. The key of a partitioned table has to name the column that chooses the partition.
constexpr std::string_view copy_keys_and_indexes = R"(
DO $copy$
DECLARE
  key CONSTANT text := CASE (SELECT relkind FROM pg_class WHERE oid = '{table}_next'::regclass)
    WHEN 'p' THEN 'PRIMARY KEY ({identity})' ELSE 'PRIMARY KEY (id)' END;
  statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER TABLE {table}_next ADD CONSTRAINT %I %s', conname || CASE contype WHEN 'f' THEN '' ELSE '_next' END,
                  CASE contype WHEN 'p' THEN key ELSE pg_get_constraintdef(oid) END)
    FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT format('CREATE%s INDEX %I ON {table}_next%s', CASE WHEN indisunique THEN ' UNIQUE' ELSE '' END,
                  relname || '_next', substring(pg_get_indexdef(indexrelid) FROM ' USING .*'))
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = '{table}'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  LOOP
    EXECUTE statement;
  END LOOP;
END
$copy$;
)";

// The storage parameters of the table, or of its partitions, apply to the parts of the copy that hold rows; and the
// parts get the table's owner.
std::string take_over_script(const std::string& part) {
  return R"(
DO $own$
DECLARE
  owner CONSTANT regrole := (SELECT relowner FROM pg_class WHERE oid = '{table}'::regclass);
  options CONSTANT text := (
    SELECT array_to_string(reloptions, ', ') FROM pg_class
    WHERE relkind = 'r' AND (oid = '{table}'::regclass
      OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = '{table}'::regclass))
    ORDER BY oid LIMIT 1
  );
BEGIN
  IF options IS NOT NULL AND (SELECT relkind FROM pg_class WHERE oid = ')" +
         part + R"('::regclass) = 'r' THEN
    EXECUTE 'ALTER TABLE )" +
         part + R"( SET (' || options || ')';
  END IF;
  IF owner <> current_user::regrole THEN
    EXECUTE 'ALTER TABLE )" +
         part + R"( OWNER TO ' || owner;
  END IF;
END
$own$;
)";
}

std::string_view partition_clause(Layout layout) {
  if (!layout.is_partitioned()) return "";
  return layout.is_by_month() ? " PARTITION BY RANGE ({chosen_by})" : " PARTITION BY HASH ({chosen_by})";
}

std::string add_hashed_script(std::int64_t partitions, std::int64_t number) {
  const std::string name = "{table}_p" + std::to_string(number);
  return "DO $add$ BEGIN\n"
         "IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = '{table}_next'::regclass AND inhrelid = "
         "to_regclass('" +
         name + "')) THEN\nCREATE TABLE " + name + " PARTITION OF {table}_next FOR VALUES WITH (MODULUS " +
         std::to_string(partitions) + ", REMAINDER " + std::to_string(number) + ");\nEND IF;\nEND $add$;" +
         take_over_script(name);
}

constexpr std::string_view add_months_script =
    "SELECT gatehouse_add_audit_months('{table}_next', coalesce((SELECT min({chosen_by}) FROM {table}), now()));\n";

/// `id = OLD.id AND at = OLD.at` for `id, at`.
std::string is_old_row(std::string_view identity) {
  std::string condition;
  while (!identity.empty()) {
    const std::string column{identity.substr(0, identity.find(','))};
    if (!condition.empty()) condition += " AND ";
    condition.append(column).append(" = OLD.").append(column);
    identity.remove_prefix(std::min(column.size() + 2, identity.size()));
  }
  return condition;
}

}  // namespace

std::string begin_copy_script(const ReshapableTable& table, Layout layout) {
  std::string script =
      "CREATE TABLE {stem}_copy (id integer NOT NULL, partitions integer NOT NULL, last_id bigint, "
      "target_id bigint, CONSTRAINT {stem}_copy_pkey PRIMARY KEY (id), "
      "CONSTRAINT {stem}_copy_one_row CHECK (id = 1));\n"
      "INSERT INTO {stem}_copy (id, partitions) VALUES (1, " +
      std::to_string(layout.code()) + ");\nCREATE TABLE {table}_next (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)";
  script.append(partition_clause(layout)).append(";").append(copy_keys_and_indexes);
  return with_names_of(table, script + take_over_script("{table}_next"));
}

std::vector<std::string> add_partition_scripts(const ReshapableTable& table, Layout layout) {
  std::vector<std::string> scripts;
  if (layout.is_by_month()) scripts.push_back(with_names_of(table, add_months_script));
  for (std::int64_t i = 0; i < layout.hashed_partitions(); ++i) {
    scripts.push_back(with_names_of(table, add_hashed_script(layout.hashed_partitions(), i)));
  }
  return scripts;
}

// The function runs with the rights of its owner, because whoever may change the table has none on the copy. A changed
// id makes another row. While the trigger's lock is held nobody writes, so max(id) covers everything that the trigger
// did not see.
std::string follow_changes_script(const ReshapableTable& table) {
  return with_names_of(table, R"(
DO $follow$
BEGIN
  EXECUTE format($make$
    CREATE FUNCTION gatehouse_copy_{stem}() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE %1$s;
        RETURN NULL;
      END IF;
      IF TG_OP <> 'INSERT' THEN
        DELETE FROM %1$s WHERE )" +
                                  is_old_row(table.identity) + R"(;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        INSERT INTO %1$s OVERRIDING SYSTEM VALUE SELECT NEW.*;
      END IF;
      RETURN NULL;
    END
    $body$
  $make$, (SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE pg_class.oid = '{table}_next'::regclass));
END
$follow$;
CREATE TRIGGER gatehouse_copy AFTER INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION gatehouse_copy_{stem}();
CREATE TRIGGER gatehouse_copy_truncate AFTER TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_copy_{stem}();
UPDATE {stem}_copy SET
  last_id = -9223372036854775808,
  target_id = coalesce((SELECT max(id) FROM {table}), -9223372036854775808);
)");
}

std::string analyze_copy_script(const ReshapableTable& table) { return with_names_of(table, "ANALYZE {table}_next;"); }

// Statements that wait for a lock meanwhile look up the name again once they have it. Whoever reads the view locks it
// first, so this does, too. Dropping the old table takes longer, so that comes later. An identity column has its own
// sequence, which continues where the old one is; nobody draws from that while the lock is held. New tables get default
// rights, which are not those of the old table.
std::string switch_tables_script(const ReshapableTable& table) {
  const std::string_view view = table.view.empty() ? "" : "{view}, ";
  return with_names_of(table, "\nLOCK TABLE " + std::string{view} + R"({table}, {table}_next IN ACCESS EXCLUSIVE MODE;
DO $switch$
DECLARE
  one CONSTANT regclass := '{table}';
  sequence CONSTANT text := pg_get_serial_sequence('{table}', 'id');
  next_sequence CONSTANT text := pg_get_serial_sequence('{table}_next', 'id');
  statement text;
  statements text[];
BEGIN
  DROP TRIGGER gatehouse_copy ON {table};
  DROP TRIGGER gatehouse_copy_truncate ON {table};
  DROP FUNCTION gatehouse_copy_{stem}();
  statements := ARRAY(
    SELECT format('ALTER INDEX %1$I RENAME TO %2$I; ALTER INDEX %3$I RENAME TO %1$I', relname, relname || '_old',
                  relname || '_next')
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = one
  ) || ARRAY(
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = one AND NOT tgisinternal ORDER BY tgname
  ) || ARRAY(
    SELECT DISTINCT format('REVOKE ALL ON {table} FROM %s', CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END)
    FROM pg_class, aclexplode(relacl) WHERE oid = '{table}_next'::regclass AND grantee <> relowner
  ) || ARRAY(
    SELECT format('GRANT %s ON %s TO %s%s', privilege_type,
                  CASE relkind WHEN 'S' THEN 'SEQUENCE ' || sequence ELSE '{table}' END,
                  CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class, aclexplode(relacl)
    WHERE oid = one OR next_sequence <> sequence AND oid = sequence::regclass
  ) || ARRAY(
    SELECT 'CREATE OR REPLACE VIEW {view} AS ' || pg_get_viewdef(oid) FROM pg_class
    WHERE oid = to_regclass(nullif('{view}', ''))
  );
  ALTER TABLE {table} RENAME TO {table}_old;
  ALTER TABLE {table}_next RENAME TO {table};
  IF next_sequence <> sequence THEN
    EXECUTE format('SELECT setval(%L, last_value, is_called) FROM %s', next_sequence, sequence);
    EXECUTE format('ALTER SEQUENCE %s RENAME TO {table}_id_old_seq; ALTER SEQUENCE %s RENAME TO %I', sequence,
                   next_sequence, (SELECT relname FROM pg_class WHERE oid = sequence::regclass));
  ELSIF sequence IS NOT NULL THEN
    EXECUTE 'ALTER SEQUENCE ' || sequence || ' OWNED BY {table}.id';
  END IF;
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
END
$switch$;
)");
}

std::string drop_old_partition_script(const ReshapableTable& table) {
  return with_names_of(table, R"(
DO $drop$
DECLARE
  partition CONSTANT regclass := (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('{table}_old') LIMIT 1);
BEGIN
  IF partition IS NOT NULL THEN
    EXECUTE 'DROP TABLE ' || partition;
  END IF;
END
$drop$;
)");
}

std::string drop_copy_script(const ReshapableTable& table) {
  return with_names_of(table, R"(
DO $drop$
BEGIN
  IF to_regproc('gatehouse_copy_{stem}') IS NOT NULL THEN
    DROP TRIGGER gatehouse_copy ON {table};
    DROP TRIGGER gatehouse_copy_truncate ON {table};
    DROP FUNCTION gatehouse_copy_{stem}();
  END IF;
  IF to_regclass('{table}_next') IS NOT NULL THEN
    DROP TABLE {table}_next;
  END IF;
  IF to_regclass('{table}_old') IS NOT NULL THEN
    DROP TABLE {table}_old;
  END IF;
  IF to_regclass('{stem}_copy') IS NOT NULL THEN
    DROP TABLE {stem}_copy;
  END IF;
END
$drop$;
)");
}

std::string drop_copies_script() { return drop_copy_script(sessions_table) + drop_copy_script(audit_table); }

}  // namespace gatehouse::database::schema
