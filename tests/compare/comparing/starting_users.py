"""The users before the first request: written by SQL, with fixed times, some with the Express service's hash."""

import hashlib

USERS = 300  # with the ids from 1 on
EXPRESS_USERS = range(200, 230)


def express_password(user_id: int) -> str:
    return f"express password {user_id}"


def insert_starting_users(database):
    """Inserts all of them into an empty database. The Express service took the salt's hex digits as its bytes."""
    database.insert_users(USERS)
    for user_id in EXPRESS_USERS:
        salt = f"{user_id:032x}"
        password = express_password(user_id).encode()
        digest = hashlib.pbkdf2_hmac("sha512", password, salt.encode(), 10_000, 64).hex()
        database.run("UPDATE users SET password_hash = ?, salt = ? WHERE id = ?", digest, salt, user_id)
