-- A batch of authorisations per request. Arguments: file with a card number per line, prefix of the idempotency keys, size of a batch.
dofile(os.getenv('BENCH_WRK') .. '/report.lua')

local cards, items, prefix, size, sent = {}, {}, '', 0, 0
local item = '{"idempotency_key":"%s%d","card":{"number":"%s"},"amount":{"amount":%d,"currency":"GBP"},"channel":"contactless","merchant":{"name":"Corner Shop London","mcc":"5411","country":"GB"}}'
local head = 'POST /gateway/authorisations/batch HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s'

function init(args)
  for line in io.lines(args[1]) do cards[#cards + 1] = line end
  prefix, size = args[2], tonumber(args[3])
  math.randomseed(os.time())
end

function request()
  for i = 1, size do
    sent = sent + 1
    items[i] = item:format(prefix, sent, cards[math.random(#cards)], math.random(100, 9999))
  end
  local json = '{"authorisations":[' .. table.concat(items, ',') .. ']}'
  return head:format(#json, json)
end
