-- Nobody connects to :draft any more; it may be copied.
ALTER DATABASE :"draft" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false;
\set target_db :draft
\ir end_sessions.sql
