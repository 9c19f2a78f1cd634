-- Seals over the audit trail: each has the root of a Merkle tree of the events from one position to another, and the
-- hash of the seal before it. docs/audit.md says what is hashed, and ADR 35 why.
CREATE TABLE audit_seals (
  seq bigint NOT NULL,
  position_from bigint NOT NULL,
  position_to bigint NOT NULL,
  count bigint NOT NULL,
  root bytea NOT NULL,
  previous bytea NOT NULL,
  sealed_at timestamptz NOT NULL,
  key_id text, -- NULL: not signed
  signature bytea,
  pruned_at timestamptz, -- when its events were deleted
  CONSTRAINT audit_seals_pkey PRIMARY KEY (seq),
  CONSTRAINT audit_seals_range_check CHECK (seq > 0 AND position_from <= position_to AND count > 0),
  CONSTRAINT audit_seals_hashes_check CHECK (octet_length(root) = 32 AND octet_length(previous) = 32),
  CONSTRAINT audit_seals_signature_check CHECK ((key_id IS NULL) = (signature IS NULL) AND octet_length(signature) = 64)
);
CREATE INDEX audit_seals_unpruned_index ON audit_seals (seq) WHERE pruned_at IS NULL;

-- Beside the events of a seal their ids and leaf hashes, in the order of the tree: 8 bytes and 32 for each. They tell a
-- changed event from one that was added.
CREATE TABLE audit_seal_leaves (
  seq bigint NOT NULL,
  leaves bytea NOT NULL,
  CONSTRAINT audit_seal_leaves_pkey PRIMARY KEY (seq)
);
-- Hashes do not get smaller.
ALTER TABLE audit_seal_leaves ALTER COLUMN leaves SET STORAGE EXTERNAL;

-- What is added to the transaction's number to get an event's position. A database that came into a new cluster, whose
-- transactions are numbered anew, gets a greater base.
CREATE TABLE audit_position_bases (
  base bigint NOT NULL,
  CONSTRAINT audit_position_bases_pkey PRIMARY KEY (base),
  CONSTRAINT audit_position_bases_base_check CHECK (base BETWEEN 0 AND 4611686018427387904)
);
INSERT INTO audit_position_bases (base) VALUES (0);

-- With the owner's rights, so that a role that may insert events needs no others.
CREATE FUNCTION gatehouse_audit_position() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path FROM CURRENT AS $position$
BEGIN
  RETURN pg_current_xact_id()::text::bigint + (SELECT max(base) FROM audit_position_bases);
END
$position$;
ALTER TABLE audit_events ALTER COLUMN position SET DEFAULT gatehouse_audit_position();
CREATE INDEX audit_events_position_index ON audit_events (position, id);

-- Events in the order in which they are sealed.
CREATE VIEW audit_rows AS
SELECT position, id, at, type, outcome, reason, actor_kind, actor, user_id, session_id, request_id, address, user_agent,
  details
FROM audit_events;

-- No transaction that has yet to commit has a position below `settled`; none that has yet to begin gets one below
-- `coming`.
CREATE VIEW audit_horizon AS
SELECT
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT max(base) FROM audit_position_bases) AS settled,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (SELECT max(base) FROM audit_position_bases) AS coming;

-- Seals stay. When their events are pruned, they are told so, and the hashes of the events go.
CREATE FUNCTION gatehouse_keep_audit_seals() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('gatehouse.audit_prune', true) = 'on' THEN
    IF to_jsonb(NEW) - 'pruned_at' = to_jsonb(OLD) - 'pruned_at' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$keep$;
CREATE TRIGGER gatehouse_keep_audit_seals BEFORE UPDATE ON audit_seals
  FOR EACH ROW EXECUTE FUNCTION gatehouse_keep_audit_seals();
CREATE TRIGGER gatehouse_keep_audit_seals_rows BEFORE DELETE OR TRUNCATE ON audit_seals
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_keep_audit_seals();
CREATE TRIGGER gatehouse_keep_audit_seal_leaves BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal_leaves
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_keep_audit_events();
CREATE TRIGGER gatehouse_keep_audit_position_bases BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_position_bases
  FOR EACH STATEMENT EXECUTE FUNCTION gatehouse_keep_audit_seals();

-- It stands for every table of the trail now.
CREATE OR REPLACE FUNCTION gatehouse_keep_audit_events() RETURNS trigger LANGUAGE plpgsql AS $keep$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('gatehouse.audit_prune', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$keep$;
