-- The two roles and the database, made once by an administrator (a superuser) of the PostgreSQL server.
--
--   owner  owns the database and its schema, runs the migrations, and is bound by row-level security like everyone
--   app    the application: no DDL; the migrations grant it what it may do
--
-- Read by docker-compose (from the environment of the postgres service), printed by `make test` where it lacks rights,
-- and run by the embedded stack. Lines that start with a backslash are for psql alone.
\getenv owner OWNER_DB_ROLE
\getenv owner_password OWNER_DB_PASSWORD
\getenv app APP_DB_ROLE
\getenv app_password APP_DB_PASSWORD
\getenv database DB_NAME

CREATE ROLE :"owner" LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE :"database" OWNER :"owner" TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C';
