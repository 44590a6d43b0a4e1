\set source random(1, :accounts)
\set step random(1, :accounts - 1)
\set destination (:source + :step - 1) % :accounts + 1
\set key random(1, 9000000000000000000)
\set amount random(100, 9999)
SELECT * FROM transfer(:source, :destination, :key::text, :amount, 'GBP');
