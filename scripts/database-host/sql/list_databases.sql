-- Every database of the consoles': kind, base, name, whether it is open, and the id of its console, by name and
-- comment. A draft's comment may not have been written yet: then its name, with the microsecond it was begun in and
-- four digits by chance, and an owner whose member we are make it one, of nobody known.
SELECT CASE WHEN note = '' THEN 'draft' ELSE substring(note FROM '^test server console: ([a-z]+) of') END AS kind,
       coalesce(substring(note FROM '^test server console: [a-z]+ of ([a-z0-9_]+)'),
                substring(datname FROM '^draft_([a-z0-9_]+)_[0-9]+$')) AS base,
       datname, datallowconn, coalesce(substring(note FROM '^test server console: [^;]*; console ([^;]*)'), '') AS whose
  FROM (SELECT datname, datallowconn, datdba, coalesce(shobj_description(oid, 'pg_database'), '') AS note
          FROM pg_database) d
 WHERE note LIKE 'test server console: %'
    OR note = '' AND datname ~ '^draft_[a-z][a-z0-9_]{0,19}_1[0-9]{19}$' AND pg_has_role(current_user, datdba, 'MEMBER')
 ORDER BY 1, 3;
