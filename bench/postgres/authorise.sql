\set account random(1, :accounts)
\set key random(1, 9000000000000000000)
\set amount random(100, 9999)
SELECT * FROM authorise(:account, :key::text, :amount, 'GBP', 'Corner Shop London');
