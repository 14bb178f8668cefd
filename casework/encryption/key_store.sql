-- The key store's two tables and their guards. Run as a whole, as often as wanted, also by several at once.
SELECT pg_advisory_xact_lock(4215);
CREATE TABLE IF NOT EXISTS data_key (
    id uuid PRIMARY KEY,
    partnership_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind ~ '^[a-z_]{1,20}$'),
    master_key text NOT NULL,
    wrapped bytea,
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
CREATE INDEX IF NOT EXISTS data_key_live ON data_key (master_key, id) WHERE destroyed_at IS NULL;
CREATE TABLE IF NOT EXISTS shred_ledger (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key_id uuid NOT NULL UNIQUE REFERENCES data_key (id),
    partnership_id uuid NOT NULL,
    kind text NOT NULL,
    reason_code text NOT NULL CHECK (reason_code ~ '^[a-z][a-z0-9_]{0,39}$'),
    destroyed_at timestamptz NOT NULL
);
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION USING MESSAGE = TG_OP || ' of ' || TG_TABLE_NAME || ' is not allowed'; END$$;
CREATE OR REPLACE TRIGGER data_key_stays BEFORE DELETE OR TRUNCATE ON data_key EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER data_key_stays_destroyed BEFORE UPDATE ON data_key FOR EACH ROW
    WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE OR REPLACE TRIGGER shred_ledger_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON shred_ledger
    EXECUTE FUNCTION refuse_change();
