-- One read of a customer's program per request. Arguments: file with an account id and its token per line, path with ACCOUNT in it.
dofile(os.getenv('BENCH_WRK') .. '/report.lua')

local asked, n = {}, 0

function init(args)
  local head = 'GET %s HTTP/1.1\r\nHost: bank\r\nAuthorization: Bearer %s\r\n\r\n'
  for line in io.lines(args[1]) do
    local account, token = line:match('^(%S+) (%S+)$')
    asked[#asked + 1] = head:format((args[2]:gsub('ACCOUNT', account)), token)
  end
end

function request()
  n = n % #asked + 1
  return asked[n]
end
