-- The ledger that an experienced hand would write in PostgreSQL: one row per account that carries its balances, an append-only table
-- of events, and one function call, so one round trip, per decision. It does what our authorisation and transfer do, and no less:
-- idempotency key with content, balance check, hold, event with the balances after it, balanced postings.
CREATE TABLE accounts (
  id        bigint PRIMARY KEY,
  ledger    bigint NOT NULL,
  held      bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  overdraft bigint NOT NULL
) WITH (fillfactor = 50); -- room for HOT updates: the indexes aren't touched

CREATE TABLE events (
  position    bigint PRIMARY KEY,
  account     bigint NOT NULL,
  type        text NOT NULL,
  amount      bigint NOT NULL,
  currency    char(3) NOT NULL,
  merchant    text,
  ledger      bigint NOT NULL,
  held        bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON events (account, position);
CREATE SEQUENCE positions CACHE 32;

CREATE TABLE idempotency_keys (
  account  bigint NOT NULL,
  key      text NOT NULL,
  content  text NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (account, key)
);

CREATE TABLE holds (
  position  bigint PRIMARY KEY,
  account   bigint NOT NULL,
  remaining bigint NOT NULL
);

CREATE TABLE postings (
  position bigint NOT NULL,
  account  text NOT NULL,
  debit    bigint NOT NULL,
  credit   bigint NOT NULL
);
CREATE INDEX ON postings (position);

INSERT INTO accounts (id, ledger, overdraft) SELECT n, 0, 1000000000000 FROM generate_series(1, :accounts) AS n;

-- The key first and the balance last but the inserts that need it: the row of a hot account is locked as briefly as can be, which is
-- still until the commit is on disk.
CREATE FUNCTION authorise(the_account bigint, the_key text, the_amount bigint, the_currency text, the_merchant text)
  RETURNS TABLE (decision text, "position" bigint, available bigint) LANGUAGE plpgsql AS $$
DECLARE
  at_position bigint := nextval('positions');
  outcome text := 'approved';
  a accounts%ROWTYPE;
BEGIN
  INSERT INTO idempotency_keys VALUES (the_account, the_key, the_amount || ' ' || the_currency || ' ' || the_merchant, at_position)
    ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM repeated(the_account, the_key, the_amount || ' ' || the_currency || ' ' || the_merchant);
    RETURN;
  END IF;
  UPDATE accounts SET held = held + the_amount WHERE id = the_account AND ledger - held + overdraft >= the_amount RETURNING * INTO a;
  IF NOT FOUND THEN
    outcome := 'declined';
    SELECT * INTO STRICT a FROM accounts WHERE id = the_account;
  END IF;
  INSERT INTO events VALUES (at_position, the_account, outcome, the_amount, the_currency, the_merchant, a.ledger, a.held);
  IF outcome = 'approved' THEN INSERT INTO holds VALUES (at_position, the_account, the_amount); END IF;
  RETURN QUERY SELECT outcome, at_position, a.ledger - a.held + a.overdraft;
END $$;

CREATE FUNCTION repeated(the_account bigint, the_key text, the_content text)
  RETURNS TABLE (decision text, "position" bigint, available bigint) LANGUAGE plpgsql AS $$
DECLARE
  known idempotency_keys%ROWTYPE;
BEGIN
  SELECT * INTO STRICT known FROM idempotency_keys WHERE account = the_account AND key = the_key;
  IF known.content <> the_content THEN RAISE 'idempotency key reused'; END IF;
  RETURN QUERY SELECT e.type, e.position, e.ledger - e.held + a.overdraft FROM events e JOIN accounts a ON a.id = e.account WHERE e.position = known.position;
END $$;

-- Both legs in one transaction. The accounts are locked in the order of their ids, so that two transfers can't deadlock.
CREATE FUNCTION transfer(source bigint, destination bigint, the_key text, the_amount bigint, the_currency text)
  RETURNS TABLE (decision text, "position" bigint, available bigint) LANGUAGE plpgsql AS $$
DECLARE
  sent bigint := nextval('positions');
  received bigint := nextval('positions');
  a accounts%ROWTYPE;
  b accounts%ROWTYPE;
BEGIN
  INSERT INTO idempotency_keys VALUES (source, the_key, destination || ' ' || the_amount || ' ' || the_currency, sent) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN QUERY SELECT * FROM repeated(source, the_key, destination || ' ' || the_amount || ' ' || the_currency);
    RETURN;
  END IF;
  IF source < destination THEN
    UPDATE accounts SET ledger = ledger - the_amount WHERE id = source AND ledger - held + overdraft >= the_amount RETURNING * INTO a;
    UPDATE accounts SET ledger = ledger + the_amount WHERE id = destination RETURNING * INTO b;
  ELSE
    UPDATE accounts SET ledger = ledger + the_amount WHERE id = destination RETURNING * INTO b;
    UPDATE accounts SET ledger = ledger - the_amount WHERE id = source AND ledger - held + overdraft >= the_amount RETURNING * INTO a;
  END IF;
  IF a.id IS NULL OR b.id IS NULL OR source = destination THEN RAISE 'no such transfer, or available too low'; END IF;
  INSERT INTO events VALUES
    (sent, source, 'sent', the_amount, the_currency, NULL, a.ledger, a.held), (received, destination, 'received', the_amount, the_currency, NULL, b.ledger, b.held);
  INSERT INTO postings VALUES
    (sent, 'customers:' || source, the_amount, 0), (sent, 'in-transit:transfers', 0, the_amount),
    (received, 'in-transit:transfers', the_amount, 0), (received, 'customers:' || destination, 0, the_amount);
  RETURN QUERY SELECT 'sent', sent, a.ledger - a.held + a.overdraft;
END $$;
