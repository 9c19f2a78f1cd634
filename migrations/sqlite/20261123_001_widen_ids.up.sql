-- SQLite's integers have 64 bits already; the migration exists so that both databases count the same steps.
SELECT 1;
