-- Every password that was not changed since works in the Express service again. The others keep their PHC string, which
-- that service refuses; an empty salt lets it refuse instead of failing.
UPDATE users
SET password_hash = express_passwords.password_hash, salt = express_passwords.salt
FROM express_passwords
WHERE express_passwords.user_id = users.id;
UPDATE users SET salt = '' WHERE salt IS NULL AND password_hash LIKE '$%';
DROP TABLE express_passwords;
