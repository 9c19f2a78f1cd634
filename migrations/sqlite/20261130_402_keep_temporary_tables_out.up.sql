-- Nothing to do: SQLite has no functions with rights of their own.
SELECT 1;
