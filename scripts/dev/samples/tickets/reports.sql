-- What the desk reports beside its tickets: a row a day, :size of them.
CREATE TABLE report_day (day date PRIMARY KEY, opened integer NOT NULL, closed integer NOT NULL);

INSERT INTO report_day SELECT current_date - i, 20 + i % 7, 18 + i % 5 FROM generate_series(1, :size) i;
