-- The version before counts no failures: nobody is blocked any more.
DROP TABLE login_sources;
DROP TABLE login_guards;
