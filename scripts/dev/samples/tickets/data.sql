-- The tickets' data: :size tickets with three comments each, the newest an hour before the dump.
CREATE TABLE tickets_person (id integer PRIMARY KEY, name varchar(80) NOT NULL);
CREATE TABLE tickets_ticket (
  id integer PRIMARY KEY, title varchar(120) NOT NULL, state varchar(12) NOT NULL,
  opened timestamptz NOT NULL, person_id integer NOT NULL REFERENCES tickets_person);
CREATE TABLE tickets_comment (
  id integer PRIMARY KEY, ticket_id integer NOT NULL, at timestamptz NOT NULL, text text NOT NULL);

INSERT INTO tickets_person
  SELECT i, (ARRAY['Gil', 'Hana', 'Ivo', 'Jun', 'Kim'])[1 + i % 5] || ' ' || i FROM generate_series(1, 50) i;
INSERT INTO tickets_ticket
  SELECT i, (ARRAY['Printer', 'Login', 'Invoice', 'Search'])[1 + i % 4] || ' does not work, case ' || i,
         (ARRAY['open', 'closed', 'closed', 'waiting'])[1 + i % 4],
         now() - (:size + 1 - i) * interval '1 hour', 1 + i % 50
  FROM generate_series(1, :size) i;
INSERT INTO tickets_comment
  SELECT i, 1 + i % :size, now() - (3 * :size + 1 - i) * interval '20 minutes', 'Tried again: ' || md5(i::text)
  FROM generate_series(1, 3 * :size) i;

CREATE INDEX ON tickets_ticket (person_id);
CREATE INDEX ON tickets_comment (ticket_id);
