-- Drops the largest table of a draft that is to be dropped itself: its room is free at once. DROP DATABASE brings
-- everything to disk first, and PostgreSQL stops as a whole when there is no room for that.
SELECT format('DROP TABLE %s CASCADE', oid::regclass)
  FROM pg_class WHERE relkind = 'r' AND oid >= 16384
 ORDER BY pg_relation_size(oid) DESC LIMIT 1 \gexec
