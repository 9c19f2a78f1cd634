-- Nothing was widened.
SELECT 1;
