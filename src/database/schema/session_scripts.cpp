#include "database/schema/session_scripts.hpp"

#include <string_view>

namespace gatehouse::database::schema {
namespace {

// An index cannot have its name yet, for the one of the old table has it; nor can the key, which is one.
constexpr std::string_view copy_keys_and_indexes = R"(
DO $copy$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER TABLE sessions_next ADD CONSTRAINT %I %s', conname || CASE contype WHEN 'f' THEN '' ELSE '_next' END,
                  pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = 'sessions'::regclass AND contype IN ('p', 'u', 'f')
    UNION ALL
    SELECT format('CREATE%s INDEX %I ON sessions_next%s', CASE WHEN indisunique THEN ' UNIQUE' ELSE '' END,
                  relname || '_next', substring(pg_get_indexdef(indexrelid) FROM ' USING .*'))
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'sessions'::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  LOOP
    EXECUTE statement;
  END LOOP;
END
$copy$;
)";

// What is set for the table, or for its partitions, counts for the parts of the copy that hold rows; and they belong to
// whom it belongs to.
std::string take_over_script(const std::string& table) {
  return R"(
DO $own$
DECLARE
  owner CONSTANT regrole := (SELECT relowner FROM pg_class WHERE oid = 'sessions'::regclass);
  options CONSTANT text := (
    SELECT array_to_string(reloptions, ', ') FROM pg_class
    WHERE relkind = 'r' AND (oid = 'sessions'::regclass
      OR oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'sessions'::regclass))
    ORDER BY oid LIMIT 1
  );
BEGIN
  IF options IS NOT NULL AND (SELECT relkind FROM pg_class WHERE oid = ')" +
         table + R"('::regclass) = 'r' THEN
    EXECUTE 'ALTER TABLE )" +
         table + R"( SET (' || options || ')';
  END IF;
  IF owner <> current_user::regrole THEN
    EXECUTE 'ALTER TABLE )" +
         table + R"( OWNER TO ' || owner;
  END IF;
END
$own$;
)";
}

std::string partition_name(std::int64_t number) { return "sessions_p" + std::to_string(number); }

}  // namespace

std::string begin_copy_script(std::int64_t partitions) {
  const std::string_view shape = partitions == 0 ? "" : " PARTITION BY HASH (id)";
  return "CREATE TABLE session_copy (id integer NOT NULL, partitions integer NOT NULL, last_id bigint, "
         "target_id bigint, CONSTRAINT session_copy_pkey PRIMARY KEY (id), "
         "CONSTRAINT session_copy_one_row CHECK (id = 1));\n"
         "INSERT INTO session_copy (id, partitions) VALUES (1, " +
         std::to_string(partitions) + ");\nCREATE TABLE sessions_next (LIKE sessions INCLUDING ALL EXCLUDING INDEXES)" +
         std::string{shape} + ";" + std::string{copy_keys_and_indexes} + take_over_script("sessions_next");
}

std::string add_partition_script(std::int64_t partitions, std::int64_t number) {
  const std::string name = partition_name(number);
  return "DO $add$ BEGIN\n"
         "IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'sessions_next'::regclass AND inhrelid = "
         "to_regclass('" +
         name + "')) THEN\nCREATE TABLE " + name + " PARTITION OF sessions_next FOR VALUES WITH (MODULUS " +
         std::to_string(partitions) + ", REMAINDER " + std::to_string(number) + ");\nEND IF;\nEND $add$;" +
         take_over_script(name);
}

// The function works with the rights of its owner, for whoever may change sessions has none on the copy. An id that is
// changed is another row. Behind the trigger's lock nobody writes, so max(id) has everything that it did not see.
std::string follow_changes_script() {
  return R"(
DO $follow$
BEGIN
  EXECUTE format($make$
    CREATE FUNCTION gatehouse_copy_session() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
    BEGIN
      IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE %1$s;
        RETURN NULL;
      END IF;
      IF TG_OP <> 'INSERT' THEN
        DELETE FROM %1$s WHERE id = OLD.id;
      END IF;
      IF TG_OP <> 'DELETE' THEN
        INSERT INTO %1$s SELECT NEW.*;
      END IF;
      RETURN NULL;
    END
    $body$
  $make$, (SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
           WHERE pg_class.oid = 'sessions_next'::regclass));
END
$follow$;
CREATE TRIGGER gatehouse_copy AFTER INSERT OR UPDATE OR DELETE ON sessions
  FOR EACH ROW EXECUTE FUNCTION gatehouse_copy_session();
CREATE TRIGGER gatehouse_copy_truncate AFTER TRUNCATE ON sessions
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_copy_session();
UPDATE session_copy SET
  last_id = -9223372036854775808,
  target_id = coalesce((SELECT max(id) FROM sessions), -9223372036854775808);
)";
}

std::string analyze_copy_script() { return "ANALYZE sessions_next;"; }

// Statements that wait for a lock meanwhile look up the name again once they have it. To drop the old table takes
// longer, so that comes later.
std::string switch_tables_script() {
  return R"(
LOCK TABLE sessions, sessions_next IN ACCESS EXCLUSIVE MODE;
DO $switch$
DECLARE
  one CONSTANT regclass := 'sessions';
  sequence CONSTANT text := pg_get_serial_sequence('sessions', 'id');
  statement text;
  statements text[];
BEGIN
  DROP TRIGGER gatehouse_copy ON sessions;
  DROP TRIGGER gatehouse_copy_truncate ON sessions;
  DROP FUNCTION gatehouse_copy_session();
  statements := ARRAY(
    SELECT format('ALTER INDEX %1$I RENAME TO %2$I; ALTER INDEX %3$I RENAME TO %1$I', relname, relname || '_old',
                  relname || '_next')
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = one
  ) || ARRAY(
    SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = one AND NOT tgisinternal ORDER BY tgname
  ) || ARRAY(
    SELECT format('GRANT %s ON sessions TO %s%s', privilege_type,
                  CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END,
                  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM pg_class, aclexplode(relacl) WHERE oid = one
  );
  ALTER TABLE sessions RENAME TO sessions_old;
  ALTER TABLE sessions_next RENAME TO sessions;
  IF sequence IS NOT NULL THEN
    EXECUTE 'ALTER SEQUENCE ' || sequence || ' OWNED BY sessions.id';
  END IF;
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
END
$switch$;
)";
}

std::string drop_old_partition_script() {
  return R"(
DO $drop$
DECLARE
  partition CONSTANT regclass := (SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('sessions_old') LIMIT 1);
BEGIN
  IF partition IS NOT NULL THEN
    EXECUTE 'DROP TABLE ' || partition;
  END IF;
END
$drop$;
)";
}

std::string drop_copy_script() {
  return R"(
DO $drop$
BEGIN
  IF to_regproc('gatehouse_copy_session') IS NOT NULL THEN
    DROP TRIGGER gatehouse_copy ON sessions;
    DROP TRIGGER gatehouse_copy_truncate ON sessions;
    DROP FUNCTION gatehouse_copy_session();
  END IF;
  IF to_regclass('sessions_next') IS NOT NULL THEN
    DROP TABLE sessions_next;
  END IF;
  IF to_regclass('sessions_old') IS NOT NULL THEN
    DROP TABLE sessions_old;
  END IF;
  IF to_regclass('session_copy') IS NOT NULL THEN
    DROP TABLE session_copy;
  END IF;
END
$drop$;
)";
}

}  // namespace gatehouse::database::schema
