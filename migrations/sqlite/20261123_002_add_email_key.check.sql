-- These addresses differ only in case or in blanks around them and will be one account each. Delete or change all but
-- one of every line:
SELECT group_concat(email, ', ')
FROM users
GROUP BY lower(trim(email, char(32, 9, 13, 10, 12, 11)))
HAVING count(*) > 1
ORDER BY min(id)
