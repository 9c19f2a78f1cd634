-- The step up did nothing.
SELECT 1;
