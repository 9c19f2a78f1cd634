-- Every password that was not changed since gets its old form back. The others keep their PHC string with an empty salt.
UPDATE users
SET password_hash = express_passwords.password_hash, salt = express_passwords.salt
FROM express_passwords
WHERE express_passwords.user_id = users.id;
UPDATE users SET salt = '' WHERE salt IS NULL AND password_hash LIKE '$%';
DROP TABLE express_passwords;
