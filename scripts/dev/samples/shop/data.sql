-- The shop's data: :size orders, the newest a minute before the dump.
CREATE TABLE shop_product (
  id integer PRIMARY KEY, name varchar(80) NOT NULL, price numeric(8, 2) NOT NULL);
CREATE TABLE shop_customer (
  id integer PRIMARY KEY, name varchar(80) NOT NULL, email varchar(120) NOT NULL);
CREATE TABLE shop_order (
  id bigint NOT NULL, customer_id integer NOT NULL, product_id integer NOT NULL,
  at timestamptz NOT NULL, amount integer NOT NULL, note text NOT NULL);

INSERT INTO shop_product
  SELECT i, (ARRAY['lamp', 'chair', 'kettle', 'blanket', 'clock'])[1 + i % 5] || ' no. ' || i, 5 + i % 300 + 0.95
  FROM generate_series(1, 400) i;
INSERT INTO shop_customer
  SELECT i, (ARRAY['Ada', 'Bo', 'Cem', 'Dora', 'Eli', 'Fay'])[1 + i % 6] || ' ' || i, 'person' || i || '@shop.example'
  FROM generate_series(1, 2000) i;
INSERT INTO shop_order
  SELECT i, 1 + i % 2000, 1 + i % 400, now() - (:size + 1 - i) * interval '1 minute', 1 + i % 7,
         repeat(md5(i::text), 3)
  FROM generate_series(1, :size) i;

ALTER TABLE shop_order ADD PRIMARY KEY (id);
CREATE INDEX ON shop_order (customer_id);
CREATE INDEX ON shop_order (product_id);
CREATE INDEX ON shop_order (at);
