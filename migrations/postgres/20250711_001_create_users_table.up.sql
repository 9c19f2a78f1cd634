-- The users of the Express service, with the names Knex gave to constraints and indexes.
CREATE TABLE users (
  id serial,
  first_name varchar(255) NOT NULL,
  last_name varchar(255) NOT NULL,
  email varchar(255) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_email_unique UNIQUE (email)
);
CREATE INDEX users_email_index ON users (email);
CREATE INDEX users_created_at_index ON users (created_at);
