-- Nothing to do: SQLite has no partitions.
SELECT 1;
