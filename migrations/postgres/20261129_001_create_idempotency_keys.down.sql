-- The version before does again what is repeated.
DROP TABLE idempotency_keys;
