-- One transfer per request. Arguments: file with an account id per line, prefix of the idempotency keys, Authorization of staff.
dofile(os.getenv('BENCH_WRK') .. '/report.lua')

local accounts, prefix, sent = {}, '', 0
local body = '{"source_account_id":"%s","destination_account_id":"%s","amount":{"amount":%d,"currency":"GBP"}}'
local head = 'POST /staff/transfers HTTP/1.1\r\nHost: bank\r\nContent-Type: application/json\r\nAuthorization: %s\r\nIdempotency-Key: %s%d\r\nContent-Length: %d\r\n\r\n%s'
local authorisation = ''

function init(args)
  for line in io.lines(args[1]) do accounts[#accounts + 1] = line end
  prefix, authorisation = args[2], args[3]
  math.randomseed(os.time())
end

function request()
  sent = sent + 1
  local from = math.random(#accounts)
  local to = (from + math.random(#accounts - 1) - 1) % #accounts + 1
  local json = body:format(accounts[from], accounts[to], math.random(100, 9999))
  return head:format(authorisation, prefix, sent, #json, json)
end
