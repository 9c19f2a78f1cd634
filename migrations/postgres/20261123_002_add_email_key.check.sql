-- These addresses differ only in case and will be one account each. Delete or change all but one of every line:
SELECT string_agg(email, ', ' ORDER BY id)
FROM users
GROUP BY lower(btrim(email, E' \t\r\n\f\v') COLLATE "C")
HAVING count(*) > 1
ORDER BY min(id)
