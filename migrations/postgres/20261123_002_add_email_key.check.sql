-- These addresses differ only in case or in blanks around them and will be one account each. Delete or change all but
-- one of every line:
SELECT string_agg(email, ', ' ORDER BY id)
FROM users
GROUP BY lower(btrim(email, E' \t\r\n\f\x0B') COLLATE "C")
HAVING count(*) > 1
ORDER BY min(id)
