-- These addresses differ only in case and will be one account each. Delete or change all but one of every line:
SELECT group_concat(email, ', ')
FROM users
GROUP BY lower(email)
HAVING count(*) > 1
ORDER BY min(id)
