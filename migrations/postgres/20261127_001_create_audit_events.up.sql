-- What happened, to whom, and who did it. Rows are written with the change that they tell of, and never changed.
--
-- `position` is the transaction's number: a row that is committed later than all rows below a snapshot's xmin never has
-- a position below it. After a restore into another cluster, whose transactions are numbered anew, the default gets a
-- base that continues beyond the greatest stored position.
CREATE TABLE audit_events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  position bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  at timestamptz NOT NULL,
  type text NOT NULL,
  outcome text NOT NULL,
  reason text,
  actor_kind text NOT NULL,
  actor text,
  user_id bigint,
  session_id bigint,
  request_id text,
  address text,
  user_agent text,
  details text,
  CONSTRAINT audit_events_pkey PRIMARY KEY (id),
  CONSTRAINT audit_events_outcome_check CHECK (outcome IN ('ok', 'refused', 'error')),
  CONSTRAINT audit_events_actor_kind_check CHECK (actor_kind IN ('key', 'user', 'cli', 'system')),
  CONSTRAINT audit_events_details_check CHECK (octet_length(details) <= 2048)
);
CREATE INDEX audit_events_user_id_index ON audit_events (user_id, id);
CREATE INDEX audit_events_type_index ON audit_events (type, id);
CREATE INDEX audit_events_at_index ON audit_events (at, id);

-- Only a transaction that has set gatehouse.audit_prune may delete.
CREATE FUNCTION gatehouse_keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('gatehouse.audit_prune', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
END
$keep$;
CREATE TRIGGER gatehouse_keep_audit_events BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_keep_audit_events();

-- A row that is inserted here, and never stored, lets its own transaction prune: statements of the service are the same
-- for both databases, and SQLite knows no settings of a transaction.
CREATE TABLE audit_prunings (started_at timestamptz NOT NULL);
CREATE FUNCTION gatehouse_allow_audit_pruning() RETURNS trigger LANGUAGE plpgsql AS $allow$
BEGIN
  PERFORM set_config('gatehouse.audit_prune', 'on', true);
  RETURN NULL;
END
$allow$;
CREATE TRIGGER gatehouse_allow_audit_pruning BEFORE INSERT ON audit_prunings
  FOR EACH ROW EXECUTE FUNCTION gatehouse_allow_audit_pruning();
