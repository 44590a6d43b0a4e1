-- One authorisation per request. Arguments: file with a card number per line, prefix of the idempotency keys, and, where callers wait for
-- longer than the service would, for how many milliseconds.
dofile(os.getenv('BENCH_WRK') .. '/report.lua')

local cards, prefix, sent, deadline = {}, '', 0, ''
local body = '{"card":{"number":"%s"},"amount":{"amount":%d,"currency":"GBP"},"channel":"contactless","merchant":{"name":"Corner Shop London","mcc":"5411","country":"GB"}}'
local head = 'POST /gateway/authorisations HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\nIdempotency-Key: %s%d\r\n%sContent-Length: %d\r\n\r\n%s'

function init(args)
  for line in io.lines(args[1]) do cards[#cards + 1] = line end
  prefix = args[2]
  if args[3] then deadline = 'X-Request-Deadline: +' .. args[3] .. '\r\n' end
  math.randomseed(os.time())
end

function request()
  sent = sent + 1
  local json = body:format(cards[math.random(#cards)], math.random(100, 9999))
  return head:format(prefix, sent, deadline, #json, json)
end
