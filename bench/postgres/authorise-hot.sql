\set key random(1, 9000000000000000000)
\set amount random(100, 9999)
SELECT * FROM authorise(1, :key::text, :amount, 'GBP', 'Corner Shop London');
